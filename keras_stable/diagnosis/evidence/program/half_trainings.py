"""Probabilities of rows by copies of the model that were trained on the other half of them."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.label_kinds import class_ids
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward
from keras_stable.diagnosis.evidence.program.confident_learning import suspicious_rows
from keras_stable.diagnosis.evidence.training.workbench import Workbench
from keras_stable.diagnosis.facts import Labels, Output, Suspects
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.vocabulary import BINARY, CATEGORICAL, SPARSE

_AT_ONCE = 128
_LISTED = 1000
_RARE, _TINY = 0.1, 1e-7
_TEMPERATURES = tuple(np.geomspace(0.25, 16, 25))
_UNSURE, _LEAST_CHANCE = 2.0, 0.05


def ids_of(sample: Batch, output: Output, labels: Labels) -> np.ndarray:
    """Returns the class of each row.

    Raises:
        Skip: a row has no single class, or no loss for classes.
    """
    [truth, *others] = leaves(sample.y)
    if others or output.loss not in SPARSE | CATEGORICAL | BINARY or len(output.shape) > 1:
        raise Skip("the rows have no single class")
    if labels.kind not in ("class_ids", "binary", "one_hot") or (output.loss in BINARY and output.width > 1):
        raise Skip("the rows have no single class")
    values = np.asarray(truth)
    if not np.isfinite(values.astype("float64")).all():
        raise Skip("some labels are no numbers")
    ids = class_ids(values, "one_hot" if labels.kind == "one_hot" else "class_ids")
    if len(ids) != sample.rows or ids.max() >= max(output.width, 2) or ids.min() < 0:
        raise Skip("the rows have no single class")
    return ids


def halves(ids: np.ndarray, seed: int = 0) -> np.ndarray:
    """Returns a half, 0 or 1, for each row: of each class as many in the one as in the other.

    >>> halves(np.array([0, 0, 1, 1])).reshape(2, 2).sum(1).tolist()
    [1, 1]
    """
    rng = np.random.default_rng(seed)
    half = np.empty(len(ids), "int64")
    for class_id in np.unique(ids):
        rows = rng.permutation(np.flatnonzero(ids == class_id))
        half[rows] = (np.arange(len(rows)) + rng.integers(2)) % 2
    return half


def out_of_fold(
    bench: Workbench, sample: Batch, ids: np.ndarray, output: Output, batch_size: int, steps: int, deadline: Deadline
) -> np.ndarray:
    """Returns the probabilities of each row's classes, by a copy that was trained on the other half.

    Args:
        bench: the workbench; it is put back.
        sample: the rows; ids: their classes.
        output: facts of the output.
        batch_size: int, rows of a step.
        steps: int, that each half is trained for.
        deadline: `Deadline` of both trainings.

    Raises:
        Skip: the time was over before they were done.
    """
    half = halves(ids)
    found = np.zeros((sample.rows, max(output.width, 2)))
    for which in (0, 1):
        bench.restore()
        rows, others = np.flatnonzero(half != which), np.flatnonzero(half == which)
        if bench.train(_batches(sample, rows, batch_size, which), steps, deadline) < steps:
            raise Skip("there was no time left to train on both halves")
        for start in range(0, len(others), _AT_ONCE):
            part = others[start : start + _AT_ONCE]
            answer = keras.ops.convert_to_numpy(forward(bench.model, as_tensors(sample.take(part).x), training=False))
            found[part] = probabilities(answer, output)
    bench.restore()
    return found


def probabilities(answer: np.ndarray, output: Output) -> np.ndarray:
    """Returns the probabilities of the classes that an output stands for.

    >>> probabilities(np.array([[0.25]]), Output(loss="binary_crossentropy", width=1)).tolist()
    [[0.75, 0.25]]
    """
    values = np.asarray(answer, "float64").reshape(len(answer), -1)
    if values.shape[1] == 1:
        one = 1 / (1 + np.exp(-np.clip(values, -500, 500))) if output.from_logits else values
        return np.concatenate([1 - one, one], 1)
    if output.from_logits:
        values = np.exp(values - values.max(1, keepdims=True))
    return values / np.maximum(values.sum(1, keepdims=True), 1e-12)


def suspects(found: np.ndarray, ids: np.ndarray, numbers: np.ndarray, name: str) -> Suspects:
    """Returns the rows that the copies do not believe.

    Args:
        found: probabilities, out of fold.
        ids: the label of each row; numbers: its number in the data.
        name: str, of the output.
    """
    rows = suspicious_rows(found, ids)
    guesses, classes = np.argmax(found, 1), len(np.unique(ids))
    own = found[rows, ids[rows]]
    # Of the classes that are neither the label nor the guess, those that are likelier than the label.
    likelier = (found[rows] > own[:, None]).sum(1) - 1
    far = likelier > (classes - 2) / 2
    listed = rows[:_LISTED]
    return Suspects(
        output=name,
        samples=len(ids),
        classes=classes,
        accuracy=float((guesses == ids).mean()),
        majority_share=float(np.bincount(ids).max() / len(ids)),
        rows=tuple(map(int, numbers[listed])),
        labels=tuple(map(int, ids[listed])),
        guesses=tuple(map(int, guesses[listed])),
        count=len(rows),
        far=int(far.sum()),
        far_if_sound=float(_far_if_sound(found[rows], classes).sum()),
        **_doubted(found, ids),
    )


def _doubted(found: np.ndarray, ids: np.ndarray) -> dict[str, Any]:
    """Returns how many labels have less than a tenth of the calibrated probability, and how many should.

    One temperature for all rows (Guo et al. 2017) makes the probabilities as sure as the errors are few, so that rows
    that are hard for everyone are expected; labels that are wrong now and then are not.
    """
    logits = np.log(np.clip(found, _TINY, None))
    rows = np.arange(len(ids))
    softened = [_softmax(logits / temperature) for temperature in _TEMPERATURES]
    calibrated = min(softened, key=lambda part: -float(np.log(np.clip(part[rows, ids], _TINY, None)).mean()))
    rare = np.where(calibrated < _RARE, calibrated, 0.0)
    return {"doubted": int((calibrated[rows, ids] < _RARE).sum()), "doubted_if_sound": float(rare.sum())}


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def _far_if_sound(found: np.ndarray, classes: int) -> np.ndarray:
    """Returns the chance of each row that a sound label, which is not the guess, is one of the unlikelier half."""
    ordered = np.sort(found, 1)[:, ::-1]
    rest = ordered[:, 1:]
    unlikely = rest[:, int((classes - 2) // 2) + 1 :].sum(1) / np.maximum(rest.sum(1), 1e-12)
    # Probabilities of nets are too sure of themselves.
    return np.clip(_UNSURE * unlikely, _LEAST_CHANCE, 1.0)


def _batches(sample: Batch, rows: np.ndarray, size: int, seed: int) -> Iterator[Batch]:
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(rows)
        full = max(1, len(order) // size)
        for index in range(full):
            yield sample.take(order[index * size : (index + 1) * size])
