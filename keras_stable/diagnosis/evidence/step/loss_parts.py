"""Losses of a sample, a part at a time."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import keras

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.model.demands import whole_chunks
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors
from keras_stable.diagnosis.evidence.model.own_steps import loss_is_in_step
from keras_stable.diagnosis.facts import Output
from keras_stable.keras_private import flatten_layers

_ROWS = 128
_ANSWER_BYTES = 2**22


class Mean:
    """The mean of figures of parts, weighted by their rows.

    >>> mean = Mean()
    >>> mean.add(1.0, 3)
    >>> mean.add(5.0, 1)
    >>> mean.value
    2.0
    """

    def __init__(self) -> None:
        self._sum = 0.0
        self._rows = 0

    def add(self, figure: float, rows: int) -> None:
        """Adds a figure, the mean over this many rows."""
        self._sum += figure * rows
        self._rows += rows

    @property
    def value(self) -> float:
        """Returns the mean; NaN without rows."""
        return self._sum / self._rows if self._rows else math.nan


def batch_loss(model: keras.Model, part: Batch, answer: Any) -> float:
    """Returns the loss of `compile` for answers to rows, penalties included; NaN for a step with its own loss."""
    if loss_is_in_step(model):
        return math.nan
    return float(model.compute_loss(part.x, part.y, answer, part.sample_weight, training=False))


def penalty_of(model: keras.Model) -> float:
    """Returns what penalties add to the loss; 0 where `add_loss` makes up the whole of it."""
    return float(sum(map(float, model.losses))) if model.loss is not None else 0.0


def rows_at_once(model: keras.Model, sample: Batch, outputs: Sequence[Output], batch_rows: int) -> int:
    """Returns how many rows to run at once, by the size of their inputs and answers.

    In 16 bits a sum over more rows than a training step takes may overflow where that of a step does not.

    Args:
        model: that is to be run.
        sample: the rows.
        outputs: facts, one for each output.
        batch_rows: int, of a training step.
    """
    row_bytes = sum(4 * math.prod(size or 1 for size in output.shape) for output in outputs) + _bytes(sample.x) // max(
        1, sample.rows
    )
    half = any(layer.compute_dtype == "float16" for layer in flatten_layers(model))
    return max(1, min(batch_rows if half else _ROWS, _ANSWER_BYTES // max(1, row_bytes)))


def _bytes(structure: Any) -> int:
    return sum(leaf.nbytes for leaf in leaves(structure))


def parts_of(sample: Batch, rows: int, demanded: int | None = None) -> Iterator[Batch]:
    """Yields the rows of a sample as tensors, so many at a time, or as many as the model demands."""
    for chunk in whole_chunks(sample.rows, demanded, rows):
        part = sample.take(chunk)
        yield Batch(*map(as_tensors, (part.x, part.y, part.sample_weight)))
