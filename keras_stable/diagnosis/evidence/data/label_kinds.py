"""What labels look like: class ids, one-hot rows, real numbers. Imports no TensorFlow."""

import numpy as np

from keras_stable.diagnosis.vocabulary import DISTANCE, SPARSE, LabelKind

_SMALL = 10  # ids below are digits, grades and the like, which nobody minds having gaps
_OFTEN = 3.0  # times that an id with gaps beside it occurs on average; counted quantities occur less often
_SUM = 1e-3  # by which the sum of a distribution in float16 may miss 1
_MANY = 100  # different whole numbers; where a label has several, more are intensities or amounts
_CLEAR = 0.9  # share of the rows of a distribution that must give a class more than half


def kind_of(labels: np.ndarray, loss: str = "") -> LabelKind:
    """Returns what the labels of one output are, as in `Labels.kind`.

    The loss decides where it can: whole numbers from 0 on are class ids under a loss that takes ids, however many
    there are, and rows of several numbers are not class ids under a distance. Otherwise the values decide. Whole
    numbers are class ids when they are not negative, repeat, and leave few gaps: every one from 0 or 1 on occurs,
    or most do and they occur often. Prices, say, repeat little and leave most numbers out.

    Args:
        labels: array [n, ...] of numbers.
        loss: str, as in `Output.loss`; "" where it is not known. Default: "".

    >>> kind_of(np.array([0, 2, 1, 1])), kind_of(np.array([-1, 1, 1])), kind_of(np.eye(3)), kind_of(np.ones((2, 1)))
    ('class_ids', 'real', 'one_hot', 'binary')
    """
    values = np.asarray(labels, dtype=np.float64)
    finite = values[np.isfinite(values)]
    if not finite.size:
        return "real"
    vector = values.ndim > 1 and values.shape[-1] > 1
    if ((finite == 0) | (finite == 1)).all():
        if not vector:
            return "binary"
        return "one_hot" if (np.sum(values == 1, axis=-1) == 1).all() else "multi_hot"
    if vector and (finite >= 0).all() and (np.abs(values.sum(axis=-1) - 1) <= _SUM).mean() > 0.99:
        return "distribution"
    if (finite < 0).any() or not is_whole(finite):
        return "real"
    scalar = values.size == len(values)
    if loss in SPARSE or (loss in DISTANCE and not scalar):
        return "class_ids" if loss in SPARSE else "real"
    return "class_ids" if _are_ids(finite, scalar) else "real"


def are_classes(labels: np.ndarray, kind: LabelKind) -> bool:
    """Returns whether each sample has one class, so that classes can be counted.

    The rows of a distribution have one where nearly all give it more than half: smoothed or mixed one-hot rows.

    >>> are_classes(np.array([[0.9, 0.1], [0.2, 0.8]]), "distribution")
    True
    >>> are_classes(np.ones((2, 4)) / 4, "distribution")
    False
    """
    if kind == "distribution":
        largest = np.max(np.asarray(labels, np.float64), axis=-1)
        return bool((largest > 0.5)[np.isfinite(largest)].mean() >= _CLEAR)
    return kind not in ("real", "multi_hot")


def is_whole(values: np.ndarray) -> bool:
    """Whether all finite values are whole numbers.

    >>> is_whole(np.array([1.0, np.nan])), is_whole(np.array([1.5]))
    (True, False)
    """
    finite = values if values.dtype.kind in "biu" else np.asarray(values, np.float64)[np.isfinite(values)]
    return values.dtype.kind in "biu" or bool((finite == np.floor(finite)).all())


def class_ids(labels: np.ndarray, kind: str | None = None) -> np.ndarray:
    """Returns the class of each row of class ids, 0 and 1, one-hot rows or distributions, as int64.

    Rows that are not finite are left out.

    Args:
        labels: array [n, ...] of numbers.
        kind: what `kind_of` says of them, where it is known. Default: None.

    >>> class_ids(np.eye(3)), class_ids(np.array([[2.0], [0.0], [np.nan]]))
    (array([0, 1, 2]), array([2, 0]))
    """
    values = np.asarray(labels, dtype=np.float64)
    if (kind or kind_of(values)) in ("one_hot", "distribution"):
        values = values[np.isfinite(values).all(axis=-1)]
        return np.argmax(values, axis=-1).ravel().astype(np.int64)
    return values[np.isfinite(values)].astype(np.int64)


def _are_ids(values: np.ndarray, scalar: bool) -> bool:
    distinct, highest = len(np.unique(values)), values.max()
    if not scalar and distinct > _MANY:
        return False
    if distinct == len(values) and distinct > 3:
        return False
    if distinct >= highest or highest < _SMALL:
        return True
    return bool(highest < 2 * distinct and len(values) >= _OFTEN * distinct)
