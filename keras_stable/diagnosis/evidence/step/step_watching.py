"""A training step of a user's own, run as it is, with what it hands to its optimizers seen and not applied."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, loss_scale
from keras_stable.diagnosis.evidence.model.own_steps import own_optimizers
from keras_stable.diagnosis.logs import flat
from keras_stable.keras_private import own_variables


@dataclass(frozen=True, eq=False)
class Applied:
    """What one call of an optimizer was to apply.

    Attributes:
        variables: tuple of the variables that it was handed.
        gradients: tuple of their gradients, without the scale of a `LossScaleOptimizer`; None where there is none.
    """

    variables: tuple[Any, ...]
    gradients: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Watched:
    """One step.

    Attributes:
        logs: mapping of str to float, what the step returned.
        applied: tuple of `Applied`, in the order of the calls.
    """

    logs: dict[str, float]
    applied: tuple[Applied, ...]


def watched_step(model: keras.Model, batch: Batch) -> Watched:
    """Runs the model's own `train_step` once, eagerly, and returns what it logged and what it was about to apply.

    Trainable weights stay as they are, as far as optimizers change them; what else a step moves (metrics, random seeds,
    moving averages) moves.

    Args:
        model: compiled; a copy.
        batch: the batch, NumPy or tensors.
    """
    data = as_tensors(keras.utils.pack_x_y_sample_weight(batch.x, batch.y, batch.sample_weight))
    model.reset_metrics()
    with recorded_applies(own_optimizers(model)) as applied, _eagerly():
        logs = flat(dict(model.train_step(data) or {}))
    numbers = {name: float(np.mean(keras.ops.convert_to_numpy(value))) for name, value in logs.items()}
    return Watched(numbers, tuple(applied))


@contextmanager
def recorded_applies(optimizers: Sequence[Any]) -> Iterator[list[Applied]]:
    """Yields a list that every call of `apply` of the optimizers adds to, in place of changing a variable."""
    applied: list[Applied] = []
    before = [vars(optimizer).get("apply") for optimizer in optimizers]
    for optimizer in optimizers:
        # Past Keras's own setter, which would track it.
        vars(optimizer)["apply"] = _recorder(optimizer, applied)
    try:
        yield applied
    finally:
        for optimizer, own in zip(optimizers, before, strict=True):
            del vars(optimizer)["apply"]
            if own is not None:
                vars(optimizer)["apply"] = own


def _recorder(optimizer: Any, applied: list[Applied]) -> Callable[..., None]:
    def apply(grads: Any, trainable_variables: Any = None) -> None:
        gradients = tuple(grads)
        if all(gradient is None for gradient in gradients):
            raise ValueError("No gradients provided for any variable.")
        variables = own_variables(optimizer) if trainable_variables is None else trainable_variables
        scale = loss_scale(optimizer)
        applied.append(Applied(tuple(variables), tuple(_divided(gradient, scale) for gradient in gradients)))

    return apply


def _divided(gradient: Any, scale: float) -> Any:
    if gradient is None or scale == 1:
        return gradient
    if isinstance(gradient, tf.IndexedSlices):
        return tf.IndexedSlices(gradient.values / scale, gradient.indices, gradient.dense_shape)
    return gradient / scale


@contextmanager
def _eagerly() -> Iterator[None]:
    """Runs a `tf.function` as Python: what it hands over would else be a tensor of its graph."""
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)
