"""Puts a trained copy back to where its training began, as far as its layers tell."""

import keras


def initialize(model: keras.Model) -> None:
    """Gives the trainable weights of a model new initial values, and its optimizer a new state.

    A weight named `kernel` is drawn by its layer's `kernel_initializer`, and so on. Weights of layers that do
    not say how they are drawn, frozen ones and the statistics of `Normalization` layers stay as they are.
    """
    for layer in model._flatten_layers():
        owner = getattr(layer, "cell", layer)
        for variable in owner._trainable_variables:
            drawn = getattr(owner, f"{_stem(variable.name)}_initializer", None)
            if callable(drawn):
                variable.assign(drawn(variable.shape, dtype=variable.dtype))
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.moving_mean.assign(keras.ops.zeros_like(layer.moving_mean))
            layer.moving_variance.assign(keras.ops.ones_like(layer.moving_variance))
    for variable in model.optimizer.variables:
        if variable.path.rpartition("/")[2] not in ("learning_rate", "dynamic_scale"):
            variable.assign(keras.ops.zeros_like(variable))


def _stem(name: str) -> str:
    return name.removesuffix("_weights")
