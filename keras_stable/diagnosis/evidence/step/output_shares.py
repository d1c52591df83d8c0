"""How large the gradient of each output's loss is in the layers that outputs share."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward, loss_of
from keras_stable.diagnosis.evidence.step.sums import sum_of_squares
from keras_stable.diagnosis.rule import Skip


def output_gradients(model: keras.Model, batches: Sequence[Batch]) -> tuple[list[float], int]:
    """Returns for each output the norm of its loss's gradient in the shared variables, and how many these are.

    Norms are root mean squares over the batches. Weights of losses count, as in training; penalties do not.

    Args:
        model: compiled, with at least two outputs; a copy.
        batches: at least one.

    Raises:
        Skip: no variable is reached by the losses of two outputs.
    """
    squares: list[np.ndarray] = []
    for batch in batches:
        tensors = Batch(*map(as_tensors, (batch.x, batch.y, batch.sample_weight)))
        parts = list(_by_output(model, tensors))
        # What remains with all outputs cut off is that of penalties.
        rest, of_outputs = parts[-1], parts[:-1]
        sizes = [[_size(own, other) for own, other in zip(part, rest, strict=True)] for part in of_outputs]
        squares.append(np.array(sizes))
    mean = np.mean(squares, axis=0)
    shared = (mean > 0).sum(0) >= 2
    if not shared.any():
        raise Skip("no two outputs share a variable")
    return np.sqrt(mean[:, shared].sum(1)).tolist(), int(shared.sum())


def _by_output(model: keras.Model, tensors: Batch) -> Iterator[list[Any]]:
    """Yields the gradients with all outputs but one cut off, one by one, and then with all of them cut off."""
    values = [variable.value for variable in model.trainable_variables]
    with tf.GradientTape(persistent=True) as tape:
        answer = forward(model, tensors.x, training=True)
        flat = keras.tree.flatten(answer)
        losses = []
        for kept in (*range(len(flat)), None):
            cut = [part if index == kept else tf.stop_gradient(part) for index, part in enumerate(flat)]
            losses.append(loss_of(model, tensors, keras.tree.pack_sequence_as(answer, cut)))
    for loss in losses:
        yield tape.gradient(loss, values)


def _size(own: Any, rest: Any) -> float:
    if own is None:
        return 0.0
    gradient = np.asarray(tf.convert_to_tensor(own), "float64")
    return sum_of_squares(gradient if rest is None else gradient - np.asarray(tf.convert_to_tensor(rest), "float64"))


@contextmanager
def scaled_gradients(model: keras.Model, factors: Sequence[float]) -> Iterator[None]:
    """Multiplies the gradient that each output's loss sends back for a while, as other loss weights would.

    Args:
        model: compiled; a copy.
        factors: float, one for each output.
    """
    original: Callable[..., Any] = model.compute_loss

    def compute_loss(
        x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        flat = keras.tree.flatten(y_pred)
        scaled = [_scaled(part, factor) for part, factor in zip(flat, factors, strict=True)]
        return original(x, y, keras.tree.pack_sequence_as(y_pred, scaled), sample_weight, training=training)

    # Past Keras's own setter, which would track it.
    vars(model)["compute_loss"] = compute_loss
    model.train_function = None
    try:
        yield
    finally:
        del vars(model)["compute_loss"]
        model.train_function = None


def _scaled(part: tf.Tensor, factor: float) -> tf.Tensor:
    @tf.custom_gradient
    def same(values: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        return tf.identity(values), lambda upstream: upstream * tf.cast(factor, upstream.dtype)

    return same(part)
