"""Walks along the data flow of a traced pass. Imports no TensorFlow."""

from collections.abc import Iterator, Sequence
from typing import Protocol


class Place(Protocol):
    """What a walk needs to know of a layer."""

    @property
    def path(self) -> str:
        """Its path."""

    @property
    def role(self) -> str:
        """Its role."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The paths of what feeds it."""


def learnt_before(layers: Sequence[Place], path: str) -> str:
    """Returns the path of the last learnt layer at or before a place; "" where there is none."""
    for layer in _upstream(layers, path):
        if layer.role == "learnt":
            return layer.path
    return ""


def last_learnt(layers: Sequence[Place]) -> set[str]:
    """Returns the paths of the learnt layers whose output reaches no other learnt layer."""
    learnt = [layer for layer in layers if layer.role == "learnt"]
    inner = {
        before.path
        for layer in learnt
        for source in layer.inputs
        for before in _upstream(layers, source)
        if before.path != layer.path
    }
    return {layer.path for layer in learnt} - inner


def makers(layers: Sequence[Place], path: str) -> Iterator[Place]:
    """Yields what makes the values at a place, nearest first, through layers that only move or keep them."""
    by_path = {layer.path: layer for layer in layers}
    seen: set[str] = set()
    while path in by_path and path not in seen:
        seen.add(path)
        layer = by_path[path]
        yield layer
        if layer.role not in ("dropout", "shape", "pooling") or len(layer.inputs) != 1:
            return
        path = layer.inputs[0]


def _upstream(layers: Sequence[Place], path: str) -> Iterator[Place]:
    """Yields a place and what lies before it, nearest first."""
    by_path = {layer.path: layer for layer in layers}
    waiting, seen = [path], set()
    while waiting:
        name = waiting.pop(0)
        if name in seen or name not in by_path:
            continue
        seen.add(name)
        yield by_path[name]
        waiting += by_path[name].inputs


def way_to_learnt(layers: Sequence[Place], name: str) -> list[Place]:
    """Returns the way from an input to the first learnt layer that it reaches, that layer last; [] without one.

    Args:
        layers: in data-flow order.
        name: str, of the input.
    """
    ways: dict[str, list[Place]] = {name: []}
    for layer in layers:
        source = next((path for path in layer.inputs if path in ways), None)
        if source is None or layer.path in ways:
            continue
        ways[layer.path] = [*ways[source], layer]
        if layer.role == "learnt":
            return ways[layer.path]
    return []
