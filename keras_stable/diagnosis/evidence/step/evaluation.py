"""What the model makes of a sample without training: losses, accuracy, predicted classes."""

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.copying.snapshot import Snapshot
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.data.source import Batch
from keras_stable.diagnosis.evidence.model.demands import demanded_rows, reset_states, whole_chunks
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward
from keras_stable.diagnosis.evidence.model.own_steps import has_own_step
from keras_stable.diagnosis.evidence.step.floors import loss_floor
from keras_stable.diagnosis.evidence.step.output_figures import OutputFigures
from keras_stable.diagnosis.evidence.step.tasks import as_list, constants
from keras_stable.diagnosis.facts import Evaluation, Labels, Output
from keras_stable.keras_private import logits_of, mask_of

_ROWS = 128
_ANSWER_BYTES = 2**22
# Values that are enough for means and medians of the labels.
_CONSTANT_VALUES = 2**20


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


def evaluate(
    model: keras.Model, sample: Batch, outputs: Sequence[Output], labels: Sequence[Labels], batch_rows: int = 1
) -> Evaluation:
    """Returns how the model answers the sample, which it leaves as it was.

    Needs memory for one batch, or for some megabytes of answers where those are more, however large the sample is.

    Args:
        model: compiled; a copy.
        sample: the rows to look at.
        outputs, labels: facts, one for each output.
        batch_rows: int, rows of a training step; in training mode no fewer are run at once. Default: 1.
    """
    rows = _rows_at_once(sample, outputs)
    truths = as_list(sample.y, len(outputs))
    figures = [
        OutputFigures(output, label, truth) for output, label, truth in zip(outputs, labels, truths, strict=False)
    ]
    demanded = demanded_rows(model)
    with kept_state(model):
        reset_states(model)
        losses, penalties, training = Mean(), Mean(), Mean()
        for part in _parts(sample, rows, demanded):
            answer = forward(model, part.x, training=False)
            penalty = _penalty(model)
            penalties.add(penalty, part.rows)
            losses.add(_loss(model, part, answer) - penalty, part.rows)
            for figure, tensor in zip(figures, keras.tree.flatten(answer), strict=False):
                logits, mask = logits_of(tensor), mask_of(tensor)
                raw = None if logits is tensor else _numpy(logits)
                figure.add(_numpy(tensor), raw, None if mask is None else np.asarray(mask))
        # Batch statistics are those of a batch.
        reset_states(model)
        for part in _parts(sample, max(rows, batch_rows), demanded):
            answer = forward(model, part.x, training=True)
            training.add(_loss(model, part, answer) - _penalty(model), part.rows)
        constant = _constant_loss(model, sample, rows, outputs, labels, demanded)
        floor = loss_floor(model, _parts(sample, rows, demanded), outputs, _loss)
    single = len(outputs) == 1
    return Evaluation(
        samples=sample.rows,
        loss=losses.value,
        constant_loss=constant,
        floor=floor,
        training_loss=training.value,
        penalty=penalties.value,
        outputs=tuple(
            figure.evaluation(losses.value, constant, floor) if single else figure.evaluation() for figure in figures
        ),
    )


def data_loss(model: keras.Model, sample: Batch, outputs: Sequence[Output] = ()) -> float:
    """Returns the loss on a sample in inference mode, without penalties; infinite when it is NaN."""
    losses = Mean()
    reset_states(model)
    for part in _parts(sample, _rows_at_once(sample, outputs), demanded_rows(model)):
        answer = forward(model, part.x, training=False)
        losses.add(_loss(model, part, answer) - _penalty(model), part.rows)
    return losses.value if math.isfinite(losses.value) else math.inf


def error_rate(answer: Any, batch: Batch, outputs: Sequence[Output], labels: Sequence[Labels]) -> float:
    """Returns the share of wrong answers of the worst output; of a regression, 1 - R2, at most 1."""
    errors = [0.0]
    truths = as_list(batch.y, len(outputs))
    for tensor, truth, output, label in zip(keras.tree.flatten(answer), truths, outputs, labels, strict=False):
        figures = OutputFigures(output, label, truth)
        figures.add(_numpy(tensor))
        errors.append(figures.error)
    return max(error for error in errors if math.isfinite(error))


@contextlib.contextmanager
def kept_state(model: keras.Model) -> Iterator[None]:
    """Puts every variable of a model back at the end: weights, random seeds, metrics."""
    before = Snapshot([*model.variables, *(v for metric in model.metrics for v in metric.variables)])
    try:
        yield
    finally:
        before.put_back()


def _loss(model: keras.Model, part: Batch, answer: Any) -> float:
    if model.loss is None and has_own_step(model):
        return math.nan  # the training step has a loss of its own
    return float(model.compute_loss(part.x, part.y, answer, part.sample_weight, training=False))


def _penalty(model: keras.Model) -> float:
    """Returns what penalties add to the loss; 0 where `add_loss` makes up the whole of it."""
    return float(sum(map(float, model.losses))) if model.loss is not None else 0.0


def _constant_loss(
    model: keras.Model,
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
    structure = forward(model, as_tensors(sample.take(slice(demanded or 1)).x), training=False)
    penalty = _penalty(model)
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
            loss = _loss_of_constants(model, _parts(sample, rows, demanded), structure, tried, penalty)
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
        losses.add(_loss(model, part, packed) - penalty, part.rows)
    return losses.value


def _rows_at_once(sample: Batch, outputs: Sequence[Output]) -> int:
    """Returns how many rows to run at once, by the size of their inputs and answers."""
    row_bytes = sum(4 * math.prod(size or 1 for size in output.shape) for output in outputs) + _bytes(sample.x) // max(
        1, sample.rows
    )
    return max(1, min(_ROWS, _ANSWER_BYTES // max(1, row_bytes)))


def _bytes(structure: Any) -> int:
    return sum(leaf.nbytes for leaf in leaves(structure))


def _parts(sample: Batch, rows: int, demanded: int | None = None) -> Iterator[Batch]:
    for chunk in whole_chunks(sample.rows, demanded, rows):
        part = sample.take(chunk)
        yield Batch(*map(as_tensors, (part.x, part.y, part.sample_weight)))


def _numpy(tensor: Any) -> np.ndarray:
    """Returns a tensor as a float32 array; no copy is made of one that is float32 already."""
    return np.asarray(keras.ops.cast(tensor, "float32"))
