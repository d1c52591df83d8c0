"""What inputs, outputs and layers of a model are called in every piece of evidence."""

import itertools
from typing import Any

import keras

from keras_stable.diagnosis.evidence.data.nesting import leaves, mapped, named
from keras_stable.keras_private import flatten_layers


def input_names(model: keras.Model, x: Any) -> list[str]:
    """Returns a name for each part of `x`, from left to right.

    The keys of a dictionary; else the names that the user gave to `keras.Input`; else "input", "input_1", ...
    (Keras's automatic names differ in a copy of the model, and before the model is built.)
    """
    tensors = getattr(model, "inputs", None) or ()
    default = [f"input_{index}" if index else "input" for index in range(len(tensors))]
    tensor_names = [tensor.name for tensor in tensors]
    names = [
        own if name.startswith("keras_tensor") else name for name, own in zip(tensor_names, default, strict=True)
    ] or None
    positions = itertools.count()
    numbered = mapped(lambda _: next(positions), x)
    by_position = {position: name for name, position in named(numbered, names, "input")}
    return [by_position[position] for position in leaves(numbered)]


def output_names(model: keras.Model, answer: Any) -> list[str]:
    """Returns a name for each part of what the model returns, in the order of `keras.tree.flatten(answer)`.

    The keys of a dictionary; else `model.output_names` of a functional model; else "output", "output_1", ...
    """
    parts = keras.tree.flatten_with_path(answer)
    taken: set[str] = set()
    if isinstance(answer, dict):
        return [unique("/".join(map(str, path)), taken) for path, _ in parts]
    pairs = named([part for _, part in parts], getattr(model, "output_names", None), "output")
    return [unique(name, taken) for name, _ in pairs]


def layer_paths(model: keras.Model) -> dict[int, str]:
    """Returns the path of every layer inside a model, such as "encoder/dense_1", by the `id` of the layer.

    A layer that is in several places goes by the first; two layers of one name in one place are numbered.
    """
    paths: dict[int, str] = {}
    taken: set[str] = set()

    def walk(owner: keras.layers.Layer, prefix: str) -> None:
        inside = [layer for layer in sublayers(owner) if id(layer) not in paths and layer is not model]
        for layer in inside:
            paths[id(layer)] = unique(prefix + layer.name, taken)
        for layer in inside:
            walk(layer, paths[id(layer)] + "/")

    walk(model, "")
    return paths


def sublayers(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Returns the layers that a layer holds itself."""
    return flatten_layers(layer, include_self=False, recursive=False)


def unique(path: str, taken: set[str]) -> str:
    """Returns the path, numbered from 2 when it is taken, and takes it."""
    number, candidate = 2, path
    while candidate in taken:
        candidate = f"{path}_{number}"
        number += 1
    taken.add(candidate)
    return candidate
