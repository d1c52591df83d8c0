"""A model made anew with some other layers, and every weight that still fits."""

from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.model.names import input_names
from keras_stable.keras_private import flatten_layers, home_in_keras, is_functional, own_attributes, tracker_of
from keras_stable.repairs.expressions import CannotApplyError, evaluated
from keras_stable.repairs.kept_weights import keep_weights
from keras_stable.repairs.layer_edits import LayerChange, LayerChanges
from keras_stable.repairs.measuring import answers_of
from keras_stable.repairs.target_units import with_target_units

_ADAPTED_ROWS = 10_000


@dataclass
class _Building:
    """What is known while a model is made anew.

    Attributes:
        changes: what becomes of which layer.
        x: inputs as the new model takes them.
        made: dict of the id of an old layer to the new one.
        old: dict of the id of a new layer to the old one.
        adapting: list of (layer that is to be adapted, tensor that enters it).
    """

    changes: LayerChanges
    x: Any
    made: dict[int, Any] = field(default_factory=dict)
    old: dict[int, Any] = field(default_factory=dict)
    adapting: list[tuple[Any, Any]] = field(default_factory=list)


def rebuilt(model: keras.Model, changes: LayerChanges, x: Any) -> keras.Model:
    """Returns a model with other layers, not compiled.

    A functional or sequential model is made anew from its graph; a layer whose config cannot make it again goes over
    as it is. In a model of another kind a layer is replaced in the attribute that holds it.

    Args:
        model: a copy, which is used up.
        changes: what becomes of which layer.
        x: the inputs as the new model takes them; layers that are inserted are adapted to them.

    Raises:
        CannotApplyError: a change cannot be made in a model of this kind.
    """
    building = _Building(changes, x)
    try:
        if isinstance(model, keras.Sequential):
            new = _sequential(model, building)
        elif is_functional(model):
            new = _functional(model, building, _inputs(model, building))
        else:
            return _in_place(model, building)
        new = with_target_units(new, changes.ends)
    except (ValueError, TypeError, NotImplementedError, KeyError, AttributeError) as error:
        if isinstance(error, CannotApplyError):
            raise
        raise CannotApplyError(f"The model cannot be built anew: {error}".splitlines()[0]) from error
    for layer in flatten_layers(new, include_self=False):
        old = building.old.get(id(layer))
        if old is not None and layer.built and layer.weights:
            keep_weights(old, layer, changes.of(old).arguments)
    _adapt(new, building)
    return new


def _inputs(model: keras.Model, building: _Building) -> list[Any]:
    own = model.inputs
    flat = keras.tree.flatten(building.x) if building.changes.reshaped else [None] * len(own)
    return [
        keras.Input(
            batch_shape=tensor.shape if array is None else (tensor.shape[0], *np.shape(array)[1:]),
            dtype=tensor.dtype,
            name=tensor.name,
        )
        for tensor, array in zip(own, flat, strict=True)
    ]


def _sequential(model: keras.Sequential, building: _Building, inner: bool = False) -> keras.Sequential:
    layers = []
    for layer in model.layers:
        made = _made(layer, building)
        for behind in (*_inserted(building.changes.of(layer).before), *([] if made is None else [made])):
            layers.append(behind)
    if not inner:
        layers[:0] = [layer for sources in building.changes.first.values() for layer in _inserted(sources)]
    new = keras.Sequential([*_inputs(model, building)[:1], *layers], name=model.name)
    entering = new.inputs[0]
    for layer in layers:
        if hasattr(layer, "adapt") and id(layer) not in building.old:
            building.adapting.append((layer, entering))
        entering = layer.output if layer.built else entering
    return new


def _functional(model: keras.Model, building: _Building, inputs: list[Any], inner: bool = False) -> keras.Model:
    first = {} if inner else building.changes.first
    names = [] if inner else input_names(model, building.x)
    if unknown := set(first) - {"", *names}:
        raise CannotApplyError(f"There is no input {', '.join(sorted(unknown))}.")
    scaled: dict[int, Any] = {}
    for tensor, name in zip(inputs, names, strict=not inner):
        behind = tensor
        for layer in _inserted(first.get(name, first.get("", []))):
            behind = _called(layer, behind, building)
        scaled[id(tensor)] = behind

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        old = building.old.get(id(layer))
        args, kwargs = keras.tree.map_structure(lambda one: scaled.get(id(one), one), (args, kwargs))
        change = LayerChange() if old is None else building.changes.of(old)
        if change.before:
            for inserted in _kept_inserted(building, old):
                args = (_called(inserted, args[0], building), *args[1:])
        return args[0] if change.removed else layer(*args, **kwargs)

    def make(layer: Any) -> Any:
        made = _made(layer, building)
        if made is None:
            made = keras.layers.Identity()
            building.old[id(made)] = building.made[id(made)] = layer
        return made

    model.compiled = False  # the new one is compiled afterwards, also with what cannot be serialized
    structure = keras.tree.pack_sequence_as(model.input, inputs)
    return keras.models.clone_model(model, structure, make, call)


def _kept_inserted(building: _Building, old: Any) -> list[Any]:
    """Returns the layers before a layer; a layer that is called twice has the same ones before it."""
    key = -id(old)
    if key not in building.made:
        building.made[key] = _inserted(building.changes.of(old).before)
    return building.made[key]


def _called(layer: Any, tensor: Any, building: _Building) -> Any:
    if hasattr(layer, "adapt"):
        building.adapting.append((layer, tensor))
    return layer(tensor)


def _inserted(sources: list[str]) -> list[Any]:
    return [evaluated(source) for source in sources]


def _made(layer: Any, building: _Building) -> Any:
    """Returns what comes in the place of a layer; None where it goes. The same for the same layer."""
    if id(layer) in building.made:
        return building.made[id(layer)]
    change = building.changes.of(layer)
    made = None if change.removed else _anew(layer, change, building)
    if made is not None and made is not layer:
        building.old[id(made)] = layer
    elif made is layer:
        building.old[id(layer)] = layer
    building.made[id(layer)] = made
    return made


def _anew(layer: Any, change: LayerChange, building: _Building) -> Any:
    if change.replaced_by:
        made = evaluated(change.replaced_by)
        return type(made).from_config({**made.get_config(), "name": layer.name})
    if isinstance(layer, keras.Sequential):
        return _sequential(layer, building, inner=True)
    if isinstance(layer, keras.Model) and is_functional(layer):
        inner = [keras.Input(batch_shape=t.shape, dtype=t.dtype, name=t.name) for t in layer.inputs]
        return _functional(layer, building, inner, inner=True)
    if not isinstance(layer, keras.layers.Layer):
        return layer
    plain = home_in_keras(type(layer)) and not hasattr(layer, "adapt") and not isinstance(layer, keras.layers.Lambda)
    if not change.arguments and not building.changes.inside(layer) and not plain:
        return layer
    config = layer.get_config()
    for inside in building.changes.inside(layer):
        # A wrapper makes the layer that it holds by itself.
        if not isinstance(layer, keras.layers.Wrapper):
            raise CannotApplyError(f"{layer.name} makes the layers that it holds by itself.")
        config["layer"]["config"].update(inside.arguments)
    if unknown := set(change.arguments) - set(config):
        raise CannotApplyError(f"{layer.name} takes no {', '.join(sorted(unknown))}.")
    return type(layer).from_config({**config, **change.arguments})


def _adapt(model: keras.Model, building: _Building) -> None:
    rows = keras.tree.map_structure(lambda array: np.asarray(array)[:_ADAPTED_ROWS], building.x)
    for layer, tensor in building.adapting:
        entering = keras.Model(model.inputs, tensor)
        layer.adapt(answers_of(entering, rows)[0])


def _put(owner: Any, name: str, layer: Any, index: int | None) -> None:
    """Puts a layer in an attribute, or in the list that is there; Keras forgets the one that was there."""
    tracker: Any = tracker_of(owner)
    tracker.unlock()
    if index is None:
        delattr(owner, name)
        setattr(owner, name, layer)
    else:
        layers = list(getattr(owner, name))
        layers[index] = layer
        delattr(owner, name)
        setattr(owner, name, layers)
    tracker.lock()


def _in_place(model: keras.Model, building: _Building) -> keras.Model:
    """Replaces layers in the attributes that hold them."""
    changes = building.changes
    if changes.first or changes.ends or changes.reshaped:
        raise CannotApplyError("A model with a `call` of its own takes layers only where an attribute holds one.")
    for owner in flatten_layers(model):
        for name, value in own_attributes(owner):
            many = isinstance(value, list)
            for index, layer in enumerate(list(value) if many else [value]):
                change = changes.of(layer)
                if not isinstance(layer, keras.layers.Layer) or change == LayerChange():
                    continue
                made = keras.layers.Identity() if change.removed else _anew(layer, change, building)
                if made is not layer:
                    building.old[id(made)] = layer
                put = keras.Sequential([*_inserted(change.before), made]) if change.before else made
                _put(owner, name, put, index if many else None)
    first = keras.tree.map_structure(lambda array: keras.ops.convert_to_tensor(np.asarray(array)[:2]), building.x)
    model(first)
    for layer in flatten_layers(model, include_self=False):
        old = building.old.get(id(layer))
        if old is not None and layer.built and layer.weights:
            keep_weights(old, layer, changes.of(old).arguments)
    return model
