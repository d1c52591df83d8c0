"""Puts a trained copy back to where its training began, as far as its layers tell."""

from typing import Any

import keras
import numpy as np

from keras_stable.keras_private import flatten_layers, own_variables
from keras_stable.optimizers.guard_state import state_variables

# Optimizers that divide a gradient by its own size: a step is about as long as their rate, or some times that.
_BOUNDED = (
    *(keras.optimizers.Adam, keras.optimizers.AdamW, keras.optimizers.Nadam, keras.optimizers.Adamax),
    *(keras.optimizers.RMSprop, keras.optimizers.Lion),
)
_LONGEST = 4.0
_SAME = (keras.initializers.Zeros, keras.initializers.Ones, keras.initializers.Constant)


def initialize(model: keras.Model, seed: int | None = None) -> None:
    """Gives the trainable weights of a model new initial values, and its optimizer a new state.

    A weight named `kernel` is drawn by its layer's `kernel_initializer`, and so on. Weights of layers that do
    not say how they are drawn, frozen ones, the moving statistics of frozen layers, and the statistics of
    `Normalization` layers stay as they are.

    Args:
        model: a copy.
        seed: int, of the draws; None leaves it to each initializer, which draws the same values every time.
    """
    draws = 0
    for layer in flatten_layers(model):
        owner = getattr(layer, "cell", layer)
        for variable in _trained(owner):
            drawn = initializer_of(owner, variable.name)
            if seed is not None and hasattr(drawn, "seed"):
                draws += 1
                drawn = type(drawn).from_config({**drawn.get_config(), "seed": seed + draws})
            if callable(drawn):
                variable.assign(drawn(variable.shape, dtype=variable.dtype))
            if variable.name == "bias" and getattr(owner, "unit_forget_bias", False):
                # Jozefowicz et al. (2015): an LSTM begins by remembering.
                units = variable.shape[0] // 4
                variable.assign(keras.ops.slice_update(variable, (units,), keras.ops.ones((units,), variable.dtype)))
        if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable:
            layer.moving_mean.assign(keras.ops.zeros_like(layer.moving_mean))
            layer.moving_variance.assign(keras.ops.ones_like(layer.moving_variance))
    for variable in state_variables(model.optimizer):
        if variable.path.rpartition("/")[2] not in ("learning_rate", "dynamic_scale"):
            variable.assign(keras.ops.zeros_like(variable))


def began_elsewhere(model: keras.Model, steps: int | None, rate: float) -> bool:
    """Returns whether weights are farther from their initial values than a training of so many steps gets.

    So it is where a pretrained model was tuned. Seen are weights that begin at one number, such as biases, under
    optimizers that move each by about their rate at most.

    Args:
        model: trained; a copy.
        steps: int, that its optimizer has taken; None where that is not known, and nothing can be said.
        rate: float, the highest learning rate of them.
    """
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    if not steps or not isinstance(optimizer, _BOUNDED):
        return False
    reach = _LONGEST * rate * steps
    for layer in flatten_layers(model):
        owner = getattr(layer, "cell", layer)
        for variable in _trained(owner):
            drawn = initializer_of(owner, variable.name)
            if not isinstance(drawn, _SAME) or getattr(owner, "unit_forget_bias", False):
                continue
            begun = keras.ops.convert_to_numpy(drawn(variable.shape, dtype="float32"))
            if np.abs(keras.ops.convert_to_numpy(keras.ops.cast(variable, "float32")) - begun).max() > reach:
                return True
    return False


def _trained(owner: keras.layers.Layer) -> list[keras.Variable]:
    """Returns what training changes of the weights that a layer owns itself."""
    return [variable for variable in own_variables(owner) if variable.trainable]


def initializer_of(owner: keras.layers.Layer, name: str) -> Any:
    """Returns what draws a weight of a layer; None where the layer does not say.

    `recurrent_kernel` is drawn by `recurrent_initializer`, `kernel` by its own name, and the `kernel` of a depthwise
    convolution by `depthwise_initializer`.

    >>> type(initializer_of(keras.layers.LSTM(3), "recurrent_kernel")).__name__
    'Orthogonal'
    """
    names = [name, name.removesuffix("_kernel"), *(["depthwise"] if name == "kernel" else [])]
    return next((drawn for part in names if (drawn := getattr(owner, f"{part}_initializer", None)) is not None), None)
