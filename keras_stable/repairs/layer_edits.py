"""Which layers of a model get other arguments, neighbours or places."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import keras

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.evidence.model.names import layer_paths
from keras_stable.keras_private import flatten_layers
from keras_stable.repairs.expressions import CannotApplyError, evaluated


@dataclass
class LayerChange:
    """What happens to one layer.

    Attributes:
        arguments: dict of argument name to value, which it is made anew with.
        before: list of Python sources of layers that come before it.
        replaced_by: str, Python source of the layer in its place; "" for none.
        removed: bool.
    """

    arguments: dict[str, Any] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)
    replaced_by: str = ""
    removed: bool = False


@dataclass
class LayerChanges:
    """What happens to the layers of a model.

    Attributes:
        layers: dict of a layer's path to `LayerChange`.
        first: dict of an input's name, "" for the only one, to the sources of the layers that come behind it.
        ends: dict of an output's number to (factor, offset) of a `Rescaling` behind it.
        reshaped: bool, whether the inputs have another shape than the model was built for.
        paths: dict of the id of a layer to its path.
    """

    layers: dict[str, LayerChange] = field(default_factory=dict)
    first: dict[str, list[str]] = field(default_factory=dict)
    ends: dict[int, tuple[float, float]] = field(default_factory=dict)
    reshaped: bool = False
    paths: dict[int, str] = field(default_factory=dict)

    def of(self, layer: Any) -> LayerChange:
        """Returns what happens to a layer of the model."""
        return self.layers.get(self.paths.get(id(layer), ""), LayerChange())

    def inside(self, layer: Any) -> list[LayerChange]:
        """Returns what happens to the layers that a layer holds."""
        prefix = self.paths.get(id(layer), "") + "/"
        return [change for path, change in self.layers.items() if path.startswith(prefix)]

    def __bool__(self) -> bool:
        return bool(self.layers or self.first or self.ends or self.reshaped)


def layers_by_path(model: keras.Model) -> dict[str, Any]:
    """Returns the layers inside a model by the path that an edit's target names them by.

    >>> list(layers_by_path(keras.Sequential([keras.layers.Dense(1, name="end")], name="net")))
    ['end']
    """
    paths = layer_paths(model)
    return {paths[id(layer)]: layer for layer in flatten_layers(model, include_self=False) if id(layer) in paths}


def layer_changes(model: keras.Model, edits: Iterable[Edit]) -> LayerChanges:
    """Returns what edits of layers come to.

    Args:
        model: the model that they are of.
        edits: those whose kinds and targets are of layers or of the model; others are passed over.

    Raises:
        CannotApplyError: one of them is of a layer that there is not.
    """
    changes = LayerChanges(paths=layer_paths(model))
    layers = layers_by_path(model)
    for edit in edits:
        kind, _, name = edit.target.partition(":")
        if edit.kind == "insert_layer" and kind in ("model", "input"):
            changes.first.setdefault(name, []).append(edit.value)
        elif kind == "layer" and edit.kind in ("set_argument", "insert_layer", "replace", "remove"):
            for path in _paths(layers, name, edit.argument):
                _note(changes.layers.setdefault(path, LayerChange()), edit)
    return changes


def _paths(layers: dict[str, Any], name: str, argument: str) -> list[str]:
    if name == "*":
        return [path for path, layer in layers.items() if _is_given(layer, argument)]
    if name not in layers:
        raise CannotApplyError(f"There is no layer {name}.")
    return [name]


def _is_given(layer: Any, argument: str) -> bool:
    try:
        return layer.get_config().get(argument) is not None
    except (NotImplementedError, TypeError):
        return False


def _note(change: LayerChange, edit: Edit) -> None:
    if edit.kind == "set_argument":
        change.arguments[edit.argument] = evaluated(edit.value)
    elif edit.kind == "insert_layer":
        change.before.append(edit.value)
    elif edit.kind == "replace":
        change.replaced_by = edit.value
    else:
        change.removed = True
