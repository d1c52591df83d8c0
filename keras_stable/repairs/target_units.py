"""The last layer of a model that was trained on scaled targets: it answers in the unit of the targets."""

from collections.abc import Mapping

import keras


def with_target_units(model: keras.Model, ends: Mapping[int, tuple[float, float]]) -> keras.Model:
    """Returns a model with a `Rescaling` behind some of its outputs.

    Args:
        model: sequential or functional, with a known input.
        ends: mapping of an output's number to (factor, offset).

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Identity()])
    >>> float(with_target_units(model, {0: (100.0, 5.0)})(keras.ops.ones((1, 1)))[0, 0])
    105.0
    """
    if not ends:
        return model
    layers = {
        number: keras.layers.Rescaling(factor, offset, name=f"target_units_{number}")
        for number, (factor, offset) in ends.items()
    }
    if isinstance(model, keras.Sequential):
        return keras.Sequential([*model.inputs, *model.layers, *layers.values()], name=model.name)
    outputs = keras.tree.flatten(model.output)
    for number, layer in layers.items():
        outputs[number] = layer(outputs[number])
    return type(model)(model.input, keras.tree.pack_sequence_as(model.output, outputs), name=model.name)
