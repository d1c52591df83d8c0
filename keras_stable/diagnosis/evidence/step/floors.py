"""The least loss that any answer can have on some labels."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.model.loss_value import forward
from keras_stable.diagnosis.evidence.step.ideal_answers import ideal_answer
from keras_stable.diagnosis.evidence.step.tasks import as_list
from keras_stable.diagnosis.facts import Output


def loss_floor(
    model: keras.Model,
    parts: Iterable[Batch],
    outputs: Sequence[Output],
    loss_of: Callable[[keras.Model, Batch, Any], float],
) -> float:
    """Returns the model's own loss of the ideal answers, without penalties; NaN where they are not known.

    The model computes it, so that weights of samples and outputs, and how the loss averages, count as in training.

    Args:
        model: compiled; run once, for the structure of its outputs.
        parts: batches of tensors.
        outputs: facts, one for each output.
        loss_of: returns the loss of an answer to a batch.
    """
    structure, penalty = None, 0.0
    losses, rows = [], []
    for part in parts:
        if structure is None:
            structure = forward(model, part.x, training=False)
            penalty = float(sum(map(float, model.losses))) if model.loss is not None else 0.0
        answer = _ideal(part, structure, outputs)
        if answer is None:
            return math.nan
        losses.append(loss_of(model, part, answer) - penalty)
        rows.append(part.rows)
    return float(np.average(losses, weights=rows)) if rows else math.nan


def _ideal(part: Batch, structure: Any, outputs: Sequence[Output]) -> Any:
    """Returns the ideal answer to a batch in the structure of the model's outputs, or None."""
    flat = keras.tree.flatten(structure)
    labels = as_list(part.y, len(outputs))
    if len(flat) != len(outputs):
        return None
    tensors = []
    for label, tensor, output in zip(labels, flat, outputs, strict=True):
        if label is None or not output.loss:
            return None
        values = ideal_answer(keras.ops.convert_to_numpy(label), (part.rows, *tensor.shape[1:]), output)
        if values is None:
            return None
        tensors.append(keras.ops.convert_to_tensor(values, dtype=tensor.dtype))
    return keras.tree.pack_sequence_as(structure, tensors)
