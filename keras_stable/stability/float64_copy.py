"""The same model in float64: what a step does where no number overflows or is rounded away."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf


def float64_copy(model: keras.Model) -> keras.Model:
    """Returns a copy of a functional or Sequential model that computes in float64, with the same weights and loss.

    Raises:
        ValueError, TypeError: Keras cannot make such a copy, as of a subclassed model.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> float64_copy(model).layers[0].kernel.dtype
    'float64'
    """

    def in_float64(layer: Any) -> Any:
        config = layer.get_config()
        if "dtype" in config and not isinstance(layer, keras.layers.InputLayer):
            config["dtype"] = "float64"
        return type(layer).from_config(config)

    inputs = [keras.Input(t.shape[1:], dtype="float64" if "float" in t.dtype else t.dtype) for t in model.inputs]
    tensors = inputs[0] if isinstance(model, keras.Sequential) else tf.nest.pack_sequence_as(model.input, inputs)
    copy = keras.models.clone_model(model, input_tensors=tensors, clone_function=in_float64)
    copy.set_weights(model.get_weights())
    with _float64_as_default():
        copy.compile("sgd", keras.tree.map_structure(_loss_in_float64, model.loss))
    return copy


@contextmanager
def _float64_as_default() -> Iterator[None]:
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    try:
        yield
    finally:
        keras.config.set_floatx(before)


def _loss_in_float64(loss: Any) -> Any:
    if not isinstance(loss, keras.losses.Loss):
        return loss
    # A loss casts to its own dtype, which few classes have in their config.
    copy = type(loss).from_config(loss.get_config())
    copy.dtype = "float64"
    return copy


def loss_and_norm(model: keras.Model, x: Any, y: Any, sample_weight: Any) -> tuple[float, float]:
    """Returns the loss of a batch in training, and the norm of its gradient; nothing is updated."""

    def wide(value: Any) -> Any:
        return value if value is None or not np.issubdtype(value.dtype, np.floating) else value.astype("float64")

    x, y, sample_weight = (tf.nest.map_structure(wide, part) for part in (x, y, sample_weight))
    with _float64_as_default(), tf.GradientTape() as tape:
        loss = model.compute_loss(x=x, y=y, y_pred=model(x, training=True), sample_weight=sample_weight)
    gradients = [tf.convert_to_tensor(g) for g in tape.gradient(loss, model.trainable_weights) if g is not None]
    return float(loss), float(tf.linalg.global_norm([tf.cast(gradient, "float64") for gradient in gradients]))
