"""The loss of the best answer that does not look at the input."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.copying.snapshot import kept_state
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.model.demands import demanded_rows
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward
from keras_stable.diagnosis.evidence.step.loss_parts import Mean, batch_loss, parts_of, penalty_of, rows_at_once
from keras_stable.diagnosis.evidence.step.tasks import as_list, constants
from keras_stable.diagnosis.facts import Labels, Output

# Values that are enough for means and medians of the labels.
_CONSTANT_VALUES = 2**20


def constant_loss(
    model: keras.Model, sample: Batch, outputs: Sequence[Output], labels: Sequence[Labels], over: Batch
) -> float:
    """Returns the loss of the best constant answer over rows of which the inputs are not needed.

    Args:
        model: compiled; a copy, which is left as it was.
        sample: rows with inputs, of which some show the structure of the answers.
        outputs, labels: facts, one for each output.
        over: labels and weights; its inputs may be None.
    """
    demanded = demanded_rows(model)
    with kept_state(model):
        return least_constant_loss(
            model, sample, over, rows_at_once(model, over, outputs, over.rows), outputs, labels, demanded
        )


def least_constant_loss(
    model: keras.Model,
    inputs: Batch,
    sample: Batch,
    rows: int,
    outputs: Sequence[Output],
    labels: Sequence[Labels],
    demanded: int | None,
) -> float:
    """Returns the loss of the best constant answer; for several outputs each takes its own best in turn."""
    truths = as_list(sample.y, len(outputs))
    if any(truth is None for truth in truths) or len(labels) != len(outputs):
        return math.nan
    structure = forward(model, as_tensors(inputs.take(slice(demanded or 1)).x), training=False)
    penalty = penalty_of(model)
    flat = keras.tree.flatten(structure)
    candidates = [
        constants(thinned(np.asarray(truth), tensor.shape), tuple(tensor.shape), label, output, sample.sample_weight)
        for truth, tensor, label, output in zip(truths, flat, labels, outputs, strict=True)
    ]
    if not all(candidates):
        return math.nan
    chosen = [options[0] for options in candidates]
    best = math.nan
    for index, options in enumerate(candidates):
        for option in options:
            tried = [*chosen[:index], option, *chosen[index + 1 :]]
            loss = _loss_of_constants(model, parts_of(sample, rows, demanded), structure, tried, penalty)
            if not math.isfinite(best) or loss < best:
                best, chosen = loss, tried
    return best


def thinned(truth: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Returns the labels with fewer positions a row, where there are more than the best constant needs.

    Args:
        truth: array [rows, ...].
        shape: of the answers, [rows, ..., width].

    >>> thinned(np.zeros((2, 4000, 4000)), (2, 4000, 4000, 21)).shape
    (2, 524288)
    """
    positions = math.prod(shape[1:-1]) if len(shape) > 2 else 1
    width = truth[0].size // positions if positions and truth[0].size % positions == 0 else 0
    if truth.size <= _CONSTANT_VALUES or positions == 1 or not width:
        return truth
    kept = max(1, _CONSTANT_VALUES // (len(truth) * width))
    chosen = np.linspace(0, positions - 1, min(positions, kept)).astype("int64")
    rows = truth.reshape(len(truth), positions, width)[:, chosen]
    return rows[..., 0] if width == 1 and truth.ndim < len(shape) else rows


def _loss_of_constants(
    model: keras.Model, parts: Iterator[Batch], structure: Any, chosen: list[np.ndarray], penalty: float
) -> float:
    flat = keras.tree.flatten(structure)
    losses = Mean()
    for part in parts:
        # As tensors: a large array would be copied on its way into TensorFlow.
        answer = [
            tf.broadcast_to(tf.cast(value, tensor.dtype), (part.rows, *tensor.shape[1:]))
            for tensor, value in zip(flat, chosen, strict=True)
        ]
        packed = keras.tree.pack_sequence_as(structure, answer)
        losses.add(batch_loss(model, part, packed) - penalty, part.rows)
    return losses.value
