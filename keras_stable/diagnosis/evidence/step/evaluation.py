"""What the model makes of a sample without training: losses, accuracy, predicted classes."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.copying.snapshot import kept_state
from keras_stable.diagnosis.evidence.data.source import Batch
from keras_stable.diagnosis.evidence.model.demands import demanded_rows, reset_states
from keras_stable.diagnosis.evidence.model.loss_value import forward
from keras_stable.diagnosis.evidence.model.own_steps import loss_is_in_step
from keras_stable.diagnosis.evidence.step.best_constant import least_constant_loss
from keras_stable.diagnosis.evidence.step.floors import loss_floor
from keras_stable.diagnosis.evidence.step.loss_parts import Mean, batch_loss, parts_of, penalty_of, rows_at_once
from keras_stable.diagnosis.evidence.step.output_figures import OutputFigures
from keras_stable.diagnosis.evidence.step.tasks import as_list
from keras_stable.diagnosis.facts import Evaluation, Labels, Output
from keras_stable.keras_private import logits_of, mask_of

_NOTHING = Labels(kind="real", minimum=math.nan, maximum=math.nan, mean=math.nan, std=math.nan, class_counts=())


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
    rows = rows_at_once(model, sample, outputs, batch_rows)
    truths = as_list(sample.y, len(outputs))
    # Without labels, sizes and spreads are told as those of any answers.
    known = zip(labels, truths, strict=False) if labels else [(_NOTHING, np.zeros(sample.rows)) for _ in outputs]
    figures = [OutputFigures(output, *parts) for output, parts in zip(outputs, known, strict=False)]
    demanded = demanded_rows(model)
    with kept_state(model):
        reset_states(model)
        losses, penalties, training = Mean(), Mean(), Mean()
        for part in parts_of(sample, rows, demanded):
            answer = forward(model, part.x, training=False)
            penalty = penalty_of(model)
            penalties.add(penalty, part.rows)
            losses.add(batch_loss(model, part, answer) - penalty, part.rows)
            for figure, tensor in zip(figures, keras.tree.flatten(answer), strict=False):
                logits, mask = logits_of(tensor), mask_of(tensor)
                raw = None if logits is tensor else _numpy(logits)
                figure.add(_numpy(tensor), raw, None if mask is None else np.asarray(mask))
        # Batch statistics are those of a batch.
        reset_states(model)
        for part in parts_of(sample, max(rows, batch_rows), demanded):
            answer = forward(model, part.x, training=True)
            training.add(batch_loss(model, part, answer) - penalty_of(model), part.rows)
        constant = least_constant_loss(model, sample, sample, rows, outputs, labels, demanded)
        floor = loss_floor(model, parts_of(sample, rows, demanded), outputs, batch_loss)
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
        own_loss=loss_is_in_step(model),
    )


def data_loss(model: keras.Model, sample: Batch, outputs: Sequence[Output] = (), batch_rows: int = 1) -> float:
    """Returns the loss on a sample in inference mode, without penalties; infinite when it is NaN."""
    losses = Mean()
    reset_states(model)
    for part in parts_of(sample, rows_at_once(model, sample, outputs, batch_rows), demanded_rows(model)):
        answer = forward(model, part.x, training=False)
        losses.add(batch_loss(model, part, answer) - penalty_of(model), part.rows)
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


def _numpy(tensor: Any) -> np.ndarray:
    """Returns a tensor as a float32 array; no copy is made of one that is float32 already."""
    return np.asarray(keras.ops.cast(tensor, "float32"))
