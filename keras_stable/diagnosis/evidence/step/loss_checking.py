"""Whether losses and metrics of a user's own prefer right answers, and compare each answer with its own label."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.model.demands import demanded_rows
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors
from keras_stable.diagnosis.evidence.model.own_steps import has_own_compute_loss, has_own_step
from keras_stable.diagnosis.evidence.step.answer_trials import AnswerTrials, Figure
from keras_stable.diagnosis.evidence.step.chosen_losses import ChosenLoss
from keras_stable.diagnosis.evidence.step.label_answers import right_answers, varied_rows
from keras_stable.diagnosis.evidence.step.recognised_losses import recognised
from keras_stable.diagnosis.facts import Labels, LossCheck, Output
from keras_stable.diagnosis.vocabulary import CUSTOM
from keras_stable.keras_private import fresh_metrics

# As many rows as make a right order stand out by five standard deviations of the others; fewer of large ones.
_ROWS, _LEAST_ROWS, _BYTES = 32, 4, 2**24


def loss_checks(
    model: keras.Model, sample: Batch, outputs: Sequence[Output], labels: Sequence[Labels]
) -> tuple[LossCheck, ...]:
    """Returns what is seen of every own loss, and of the own metrics of `compile`, for each output with labels.

    Labels are given to other rows while the answers stay: a loss that pairs each answer with its label changes, and is
    less for the labels that the answers are right for. One that compares every answer with every label stays as it is,
    and is the mean of what it is when all rows have the label of one.

    Args:
        model: compiled; a copy, whose variables are put back.
        sample: rows to take labels from.
        outputs, labels: facts, one for each output.
    """
    if len(leaves(sample.y)) != len(outputs) or len(labels) != len(outputs):
        return ()
    checks: list[LossCheck] = []
    for index in range(len(outputs)):
        rows = demanded_rows(model) or min(_ROWS, max(_LEAST_ROWS, _BYTES // _row_bytes(sample, outputs)))
        batch = sample.take(varied_rows(leaves(sample.y)[index], rows))
        truth = np.ascontiguousarray(leaves(batch.y)[index])
        if len({row.tobytes() for row in truth}) < 2:
            continue
        chosen = ChosenLoss(model, batch)
        answers = _answers(batch, chosen.shapes, outputs, labels, index)
        for name, kind, figure in _figures(model, chosen, batch, outputs, index):
            blank = LossCheck(name, kind, has_own_step(model), outputs[index].name, batch.rows, truth.shape)
            trials = AnswerTrials(figure, batch, index, replace(blank, answer_shape=chosen.shapes[index]))
            check = trials.check(answers)
            if check is not None and kind == "loss" and check.chosen and answers:
                follows, from_logits = recognised(trials.of_own(answers[0]), truth, chosen.shapes[index])
                check = replace(check, follows=follows, from_logits=from_logits)
            checks += [] if check is None else [check]
        chosen.close()
    return tuple(checks)


def _row_bytes(sample: Batch, outputs: Sequence[Output]) -> int:
    data = sum(leaf.nbytes for part in (sample.x, sample.y) for leaf in leaves(part)) // sample.rows
    return max(1, data + sum(4 * math.prod(size or 1 for size in output.shape) for output in outputs))


def _figures(
    model: keras.Model, chosen: ChosenLoss, batch: Batch, outputs: Sequence[Output], index: int
) -> Iterator[tuple[str, str, Figure]]:
    """Yields name, kind and function of each own loss and metric that an output has."""
    output = outputs[index]
    own_step = has_own_step(model)
    own_loss = own_step or has_own_compute_loss(model)
    if own_loss or output.loss == CUSTOM or output.loss_weight < 0:
        yield "loss", "loss", chosen
    if own_step or CUSTOM not in output.metrics:
        return
    flat = keras.tree.flatten(chosen.structure)
    labels = keras.tree.pack_sequence_as(chosen.structure, leaves(batch.y))
    _, groups = fresh_metrics(model, labels, chosen.structure) or (None, [])
    for group in groups[index] if len(groups) == len(flat) else ():
        for metric in group.metrics if group else ():
            yield metric.name, "metric", _of_metric(metric, index, flat[index].dtype)


def _of_metric(metric: Any, index: int, dtype: Any) -> Figure:
    def figure(y: Any, answer: list[np.ndarray] | None = None, x: Any = None) -> float:
        assert answer is not None
        metric.reset_state()
        metric.update_state(as_tensors(leaves(y)[index]), tf.cast(tf.convert_to_tensor(answer[index]), dtype))
        value = float(np.mean(keras.ops.convert_to_numpy(metric.result())))
        metric.reset_state()
        return value

    return figure


def _answers(
    batch: Batch, shapes: Sequence[tuple[int, ...]], outputs: Sequence[Output], labels: Sequence[Labels], index: int
) -> list[list[np.ndarray]]:
    """Returns answers to all outputs that are right, in each way that the one of interest may mean them."""
    right = [right_answers(*parts) for parts in zip(leaves(batch.y), shapes, outputs, labels, strict=True)]
    if not right[index]:
        return []
    others = [ways[0] if ways else np.full(shape, 0.5) for ways, shape in zip(right, shapes, strict=True)]
    return [[*others[:index], way, *others[index + 1 :]] for way in right[index]]
