"""The loss of a batch as a training step computes it, outside of one."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import mapped
from keras_stable.keras_private import compute_loss, takes_training_argument


def as_tensors(structure: Any) -> Any:
    """Returns arrays as tensors (which stay as they are), floats in the precision that `fit` passes to a model."""

    def convert(array: Any) -> Any:
        if tf.is_tensor(array):
            return array
        array = np.asarray(array)
        wide = array.dtype.kind == "f" and array.dtype != keras.backend.floatx()
        return tf.convert_to_tensor(array.astype(keras.backend.floatx()) if wide else array)

    return mapped(convert, structure)


def forward(model: keras.Model, x: Any, training: bool) -> Any:
    """Calls the model in a mode, if its `call` takes one."""
    if takes_training_argument(model):
        return model(x, training=training)
    return model(x)


def loss_of(model: keras.Model, batch: Batch, answer: Any, training: bool = True) -> tf.Tensor:
    """Returns the total loss of what the model answered, penalties included, as a scalar tensor.

    Goes through the model's own `compute_loss`, as a training step does.

    Args:
        model: compiled.
        batch: of tensors.
        answer: what the model returned for `batch.x`.
        training: bool, the mode that `compute_loss` is told.
    """
    weight = batch.sample_weight
    return compute_loss(model, x=batch.x, y=batch.y, y_pred=answer, sample_weight=weight, training=training)


def penalty_of(model: keras.Model) -> tf.Tensor | None:
    """Returns what regularizers and `add_loss` add to the last loss; None where there is nothing."""
    penalties = [tf.cast(penalty, tf.float32) for penalty in model.losses]
    return tf.add_n(penalties) if penalties else None


def first_scale(model: keras.Model) -> float:
    """Returns the factor by which the optimizer multiplies the loss before it takes gradients; 1 without one."""
    return loss_scale(model.optimizer)


def loss_scale(optimizer: Any) -> float:
    """Returns the factor by which an optimizer multiplies a loss before its gradients are taken; 1 without one."""
    dynamic = getattr(optimizer, "dynamic_scale", None)
    if dynamic is not None:
        return float(np.asarray(dynamic))
    return float(getattr(optimizer, "initial_scale", None) or getattr(optimizer, "loss_scale_factor", None) or 1.0)
