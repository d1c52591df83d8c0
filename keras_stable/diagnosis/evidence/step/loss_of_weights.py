"""The training loss as a function of the weights and the batch alone, and its gradient."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import keras
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.model.loss_value import forward, loss_of
from keras_stable.diagnosis.evidence.model.noise_layers import without_noise

Loss = Callable[[Batch], tf.Tensor]


@contextlib.contextmanager
def fixed_loss(model: keras.Model) -> Iterator[Loss]:
    """Yields a function from a batch of tensors to the loss in training mode, penalties included.

    Dropout and noise are off, other random layers draw the same numbers in every call, and batch normalization
    uses the batch. Afterwards the variables that a forward pass writes are as before.

    Args:
        model: compiled and built; a copy.
    """
    written = [(variable, variable.value.read_value()) for variable in model.non_trainable_variables]
    seeds = [(variable, value) for variable, value in written if value.dtype.is_integer]

    def loss(batch: Batch) -> tf.Tensor:
        for variable, value in seeds:
            variable.assign(value)
        return tf.cast(loss_of(model, batch, forward(model, batch.x, training=True)), tf.float32)

    try:
        with without_noise(model):
            yield loss
    finally:
        for variable, value in written:
            variable.assign(value)


def gradient(tape: tf.GradientTape, value: tf.Tensor, variables: list[Any]) -> list[tf.Tensor]:
    """Returns dense float32 gradients; zeros where a variable does not matter."""
    slopes = tape.gradient(value, [variable.value for variable in variables], unconnected_gradients="zero")
    return [tf.cast(tf.convert_to_tensor(slope), tf.float32) for slope in slopes]


def traced(model: keras.Model, function: Callable[..., Any]) -> Callable[..., Any]:
    """Returns the function as a graph, as a training step is, unless the model was compiled to run eagerly."""
    return function if model.run_eagerly else tf.function(function, autograph=False, reduce_retracing=True)
