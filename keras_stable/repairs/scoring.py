"""How right the answers of a model are, whatever its loss and metrics are. Imports no TensorFlow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from scipy import stats

Kind = Literal["classes", "binary", "multi_label", "regression"]

_MOST_CLASSES = 1000
# Of classes that are so uneven, always naming the commonest one looks good.
_UNEVEN = 0.65


@dataclass(frozen=True)
class Figure:
    """What a model is judged by.

    Attributes:
        name: str, in words: "accuracy", "balanced accuracy", "R²".
        whole: float, over all rows; larger is better.
        by_row: array [rows] float, whose mean over some rows is the figure of these, up to a constant factor.
        ranking: float, from 0 to 1: how far ahead of the others the right classes are. It rises before answers are
            right, and so tells apart what has hardly been trained. None where there are no classes.
    """

    name: str
    whole: float
    by_row: np.ndarray
    ranking: float | None = None

    @property
    def early(self) -> float:
        """Returns what tells figures of short trainings apart: the mean of `whole` and `ranking`."""
        return self.whole if self.ranking is None else (self.whole + self.ranking) / 2


def figure(labels: Sequence[Any], answers: Sequence[Any], hints: Sequence["Hint"]) -> Figure:
    """Returns how right answers are: the mean over the outputs.

    Args:
        labels: of each output, arrays [rows, ...], as they are and whatever the loss.
        answers: of each output, arrays [rows, ...].
        hints: of each output.

    >>> figure([np.array([0, 1, 1, 0])], [np.array([[0.2], [0.9], [0.8], [0.7]])], [Hint()]).whole
    0.75
    """
    parts = [_of_output(*output) for output in zip(labels, answers, hints, strict=True)]
    name = " and ".join(dict.fromkeys(part.name for part in parts))
    by_row = np.mean([part.by_row for part in parts], axis=0)
    early = float(np.mean([part.early for part in parts]))
    whole = float(np.mean([part.whole for part in parts]))
    ranked = any(part.ranking is not None for part in parts)
    return Figure(name, whole, by_row, 2 * early - whole if ranked else None)


@dataclass(frozen=True)
class Hint:
    """What of an output only its loss tells.

    Attributes:
        of_classes: bool, whether the loss is one of classes, so that whole numbers under it are class ids.
        from_logits: bool, whether an answer above 0 means yes.
    """

    of_classes: bool = False
    from_logits: bool = False


def kind_of(labels: np.ndarray, answers: np.ndarray, hint: Hint) -> Kind:
    """Returns what the labels are, judged by themselves and by the form of the answers.

    >>> kind_of(np.eye(3), np.ones((3, 3)), Hint()), kind_of(np.array([0.5, 2.0]), np.ones((2, 1)), Hint())
    ('classes', 'regression')
    """
    finite = labels[np.isfinite(labels)] if labels.dtype.kind == "f" else labels
    values = np.unique(finite)
    whole = bool((values == np.round(values)).all()) if values.size else False
    if not whole or len(values) > _MOST_CLASSES:
        return "regression"
    width = answers.shape[-1] if answers.ndim else 1
    if labels.shape == answers.shape and width > 1 and set(values.tolist()) <= {0, 1}:
        return "classes" if bool((labels.sum(-1) == 1).all()) else "multi_label"
    if width > 1 and labels.shape in (answers.shape[:-1], (*answers.shape[:-1], 1)):
        return "classes"
    if labels.size == answers.size and len(values) <= 2:
        return "binary"
    if labels.ndim >= 2 and labels.shape[-1] > 1 and bool((labels.sum(-1) == 1).all()):
        return "classes"
    return "classes" if hint.of_classes and labels.ndim <= 2 else "regression"


def _of_output(labels: Any, answers: Any, hint: Hint) -> Figure:
    labels, answers = np.asarray(labels), np.asarray(answers, "float64")
    if labels.dtype == bool:
        labels = labels.astype("int64")
    kind = kind_of(labels, answers, hint)
    if kind == "regression":
        return _r2(labels, answers)
    if kind == "multi_label":
        right = (answers > (0.0 if hint.from_logits else 0.5)) == (labels > 0.5)
        return _share("share of right labels", right.reshape(len(right), -1).mean(1))
    truth, chosen = _classes(labels, answers, kind, hint)
    return replace(_accuracy(truth, chosen), ranking=_ranking(truth, answers))


def _ranking(truth: np.ndarray, answers: np.ndarray) -> float:
    """Returns the mean over the classes of the share of rivals that the right answers are ahead of.

    Rivals are the other classes of the row; where one number answers for two classes, the rows of the other class.

    >>> _ranking(np.array([[0], [1]]), np.array([[0.4], [0.6]])), _ranking(np.array([[1]]), np.array([[0.3, 0.2, 0.5]]))
    (1.0, 0.0)
    """
    answers = np.nan_to_num(answers, nan=-np.inf)
    if answers.size == truth.size:
        flat, classes = truth.ravel(), np.unique(truth)
        if len(classes) != 2:
            return 0.5
        places = stats.rankdata(answers.ravel())
        high = flat == classes[1]
        return float((places[high].mean() - (high.sum() + 1) / 2) / (~high).sum())
    width = answers.shape[-1]
    flat, scores = truth.ravel().astype(int), answers.reshape(-1, width)
    flat, scores = flat[inside := (flat >= 0) & (flat < width)], scores[inside]
    if not len(flat):
        return 0.0
    own = scores[np.arange(len(flat)), flat][:, None]
    ahead = ((own > scores).sum(1) + ((own == scores).sum(1) - 1) / 2) / max(width - 1, 1)
    return float(np.mean([ahead[flat == label].mean() for label in np.unique(flat)]))


def _classes(labels: np.ndarray, answers: np.ndarray, kind: Kind, hint: Hint) -> tuple[np.ndarray, np.ndarray]:
    """Returns the class that each label names, and the one that each answer names; [rows, positions]."""
    rows, finite = len(labels), np.isfinite(answers)
    if kind == "binary":
        low, high = labels.min(), labels.max()
        # Where all labels of these rows are the same, 0 and 1 are meant.
        low, high = (min(low, 0), max(high, 1)) if low == high else (low, high)
        threshold = 0.0 if hint.from_logits else (low + high) / 2
        chosen = np.where(answers > threshold, high, low)
        chosen = np.where(finite, chosen, np.nan)
        return labels.reshape(rows, -1), chosen.reshape(rows, -1)
    one_hot = labels.ndim > 1 and labels.shape[-1] > 1 and labels.shape != answers.shape[:-1]
    truth = labels.argmax(-1) if one_hot else labels
    if answers.ndim > 1 and answers.shape[-1] > 1:
        chosen = np.where(finite.all(-1), np.where(finite, answers, -np.inf).argmax(-1), -1)
    else:
        chosen = np.where(finite, np.round(answers), -1)
    return truth.reshape(rows, -1), chosen.reshape(rows, -1)


def _accuracy(truth: np.ndarray, chosen: np.ndarray) -> Figure:
    right = (truth == chosen).astype("float64")
    classes, places, counts = np.unique(truth, return_inverse=True, return_counts=True)
    if counts.max() <= _UNEVEN * counts.sum() or len(classes) < 2:
        return _share("accuracy", right.mean(1))
    weight = (counts.sum() / (len(classes) * counts))[places.reshape(truth.shape)]
    return Figure("balanced accuracy", float((right * weight).mean()), (right * weight).mean(1))


def _share(name: str, by_row: np.ndarray) -> Figure:
    return Figure(name, float(by_row.mean()), by_row)


def _r2(labels: np.ndarray, answers: np.ndarray) -> Figure:
    truth = labels.reshape(len(labels), -1).astype("float64")
    answers = (
        np.broadcast_to(answers.reshape(len(answers), -1), truth.shape) if _fits(truth, answers) else truth * np.nan
    )
    spread = np.maximum(truth.var(0), 1e-12)
    # A row costs no more than 4: one that is far off must not outweigh all others.
    missed = np.minimum(np.nan_to_num((truth - answers) ** 2 / spread, nan=4.0, posinf=4.0), 4.0)
    error = np.nan_to_num(((truth - answers) ** 2 / spread).mean(), nan=2.0, posinf=2.0)
    return Figure("R²", float(max(1 - error, -1.0)), 1 - missed.mean(1))


def _fits(truth: np.ndarray, answers: np.ndarray) -> bool:
    return answers.size in (truth.size, len(truth))
