"""What a model is worth on some rows."""

from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.model.demands import demanded_rows, reset_states, whole_chunks
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward
from keras_stable.diagnosis.evidence.model.own_steps import has_call
from keras_stable.keras_private import wrapped_function
from keras_stable.repairs.scoring import Figure, Hint, figure

_AT_ONCE = 256
_FOLDS = 8
_OF_CLASSES = ("crossentropy", "cross_entropy", "hinge", "focal", "dice", "tversky")


def measured(model: keras.Model, batch: Batch) -> Figure | None:
    """Returns how right the answers are, by the labels alone; None where the labels are not those of the answers.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
    >>> model.compile("sgd", "mse")
    >>> measured(model, Batch(np.array([[-1.0], [2.0]]), np.array([0, 1]))).whole
    1.0
    """
    labels = leaves(batch.y)
    if not labels or not has_call(model):
        return None
    answers = answers_of(model, batch.x)
    if [len(label) for label in labels] != [len(answer) for answer in answers]:
        return None
    return figure(labels, answers, [_hint(model, number) for number in range(len(labels))])


def answers_of(model: keras.Model, x: Any) -> list[np.ndarray]:
    """Returns what a model answers, an array of each output."""
    rows = len(leaves(x)[0])
    demanded = demanded_rows(model)
    reset_states(model)
    parts = []
    for chunk in whole_chunks(rows, demanded, _AT_ONCE):
        answer = forward(model, as_tensors(Batch(x, None).take(chunk).x), training=False)
        parts.append([np.asarray(leaf, "float64") for leaf in keras.tree.flatten(answer)])
    reset_states(model)
    return [np.concatenate(part) for part in zip(*parts, strict=True)]


def by_loss(model: keras.Model, batch: Batch, unit: float, batch_size: int) -> Figure:
    """Returns minus the loss of some rows, in units of another loss; where answers have no labels to be right by.

    Args:
        unit: float above 0, the loss of 1.
        batch_size: int.
    """
    by_row = np.zeros(batch.rows)
    for first in range(min(_FOLDS, batch.rows)):
        rows = np.arange(first, batch.rows, _FOLDS)
        part = batch.take(rows)
        logs = model.evaluate(part.x, part.y, batch_size=batch_size, verbose=0, return_dict=True)
        loss = float(np.mean(next(iter(logs.values())) if "loss" not in logs else logs["loss"]))
        by_row[rows] = -np.nan_to_num(loss, nan=1e6, posinf=1e6) / unit
    return Figure("loss", float(by_row.mean()), by_row)


def _hint(model: keras.Model, number: int) -> Hint:
    losses = keras.tree.flatten(model.loss) if model.loss is not None else []
    if not losses:
        return Hint()
    loss = losses[number] if number < len(losses) else losses[0]
    inner = getattr(loss, "loss", loss)
    name = inner if isinstance(inner, str) else getattr(inner, "__name__", None) or getattr(inner, "name", "")
    fixed = wrapped_function(loss)[1]
    from_logits = bool(getattr(loss, "from_logits", fixed.get("from_logits", False)))
    return Hint(any(word in str(name) for word in _OF_CLASSES), from_logits)
