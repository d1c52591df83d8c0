"""Puts a trained copy back to where its training began, as far as its layers tell."""

from typing import Any

import keras

from keras_stable.keras_private import flatten_layers, own_variables
from keras_stable.optimizers.guard_state import state_variables


def initialize(model: keras.Model) -> None:
    """Gives the trainable weights of a model new initial values, and its optimizer a new state.

    A weight named `kernel` is drawn by its layer's `kernel_initializer`, and so on. Weights of layers that do
    not say how they are drawn, frozen ones and the statistics of `Normalization` layers stay as they are.
    """
    for layer in flatten_layers(model):
        owner = getattr(layer, "cell", layer)
        for variable in own_variables(owner):
            drawn = initializer_of(owner, variable.name)
            if callable(drawn):
                variable.assign(drawn(variable.shape, dtype=variable.dtype))
            if variable.name == "bias" and getattr(owner, "unit_forget_bias", False):
                # Jozefowicz et al. (2015): an LSTM begins by remembering.
                units = variable.shape[0] // 4
                variable.assign(keras.ops.slice_update(variable, (units,), keras.ops.ones((units,), variable.dtype)))
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.moving_mean.assign(keras.ops.zeros_like(layer.moving_mean))
            layer.moving_variance.assign(keras.ops.ones_like(layer.moving_variance))
    for variable in state_variables(model.optimizer):
        if variable.path.rpartition("/")[2] not in ("learning_rate", "dynamic_scale"):
            variable.assign(keras.ops.zeros_like(variable))


def initializer_of(owner: keras.layers.Layer, name: str) -> Any:
    """Returns what draws a weight of a layer; None where the layer does not say.

    `recurrent_kernel` is drawn by `recurrent_initializer`, `kernel` by its own name, and the `kernel` of a depthwise
    convolution by `depthwise_initializer`.

    >>> type(initializer_of(keras.layers.LSTM(3), "recurrent_kernel")).__name__
    'Orthogonal'
    """
    names = [name, name.removesuffix("_kernel"), *(["depthwise"] if name == "kernel" else [])]
    return next((drawn for part in names if (drawn := getattr(owner, f"{part}_initializer", None)) is not None), None)
