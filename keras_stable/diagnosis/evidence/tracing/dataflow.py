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


def learnt_before(places: Sequence[Place], path: str) -> str:
    """Returns the path of the last learnt layer at or before a place; "" where there is none."""
    for place in _upstream(places, path):
        if place.role == "learnt":
            return place.path
    return ""


def last_learnt(places: Sequence[Place]) -> set[str]:
    """Returns the paths of the learnt layers whose output reaches no other learnt layer."""
    learnt = [place for place in places if place.role == "learnt"]
    inner = {
        before.path
        for place in learnt
        for source in place.inputs
        for before in _upstream(places, source)
        if before.path != place.path
    }
    return {place.path for place in learnt} - inner


def makers(places: Sequence[Place], path: str) -> Iterator[Place]:
    """Yields what makes the values at a place, nearest first, through layers that only move or keep them."""
    by_path = {place.path: place for place in places}
    seen: set[str] = set()
    while path in by_path and path not in seen:
        seen.add(path)
        place = by_path[path]
        yield place
        if place.role not in ("dropout", "shape", "pooling") or len(place.inputs) != 1:
            return
        path = place.inputs[0]


def _upstream(places: Sequence[Place], path: str) -> Iterator[Place]:
    """Yields a place and what lies before it, nearest first."""
    by_path = {place.path: place for place in places}
    waiting, seen = [path], set()
    while waiting:
        name = waiting.pop(0)
        if name in seen or name not in by_path:
            continue
        seen.add(name)
        yield by_path[name]
        waiting += by_path[name].inputs


def way_to_learnt(places: Sequence[Place], name: str) -> list[Place]:
    """Returns the way from an input to the first learnt layer that it reaches, that layer last; [] without one.

    Args:
        places: in data-flow order.
        name: str, of the input.
    """
    ways: dict[str, list[Place]] = {name: []}
    for place in places:
        source = next((each for each in place.inputs if each in ways), None)
        if source is None or place.path in ways:
            continue
        ways[place.path] = [*ways[source], place]
        if place.role == "learnt":
            return ways[place.path]
    return []
