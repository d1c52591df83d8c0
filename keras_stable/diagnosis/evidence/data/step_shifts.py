"""Labels of each step that are later steps of the input. Imports no TensorFlow."""

from dataclasses import dataclass

import numpy as np

from keras_stable.diagnosis.evidence.data.row_access import is_number

_SHARE, _NEAR = 0.95, 1e-4
_LEAST_STEPS, _MOST_ROWS = 3, 256
# A shift for which fewer steps overlap is a window that begins near the end of the other.
_OVERLAP = 0.5
# Of the overlapping steps, how many may have the commonest value: constant steps are equal however far apart.
_COMMONEST = 0.9


@dataclass(frozen=True)
class StepShift:
    """Labels y[t] = x[t + shift], of one feature of the input.

    Attributes:
        shift: int, at least 1; feature: int; share: float, of the steps for which it holds.
    """

    shift: int
    feature: int
    share: float


def step_shift(x: np.ndarray, y: np.ndarray) -> StepShift | None:
    """Returns by how many steps the labels run ahead of the input; None where they are no later inputs.

    Args:
        x: ids [n, steps], or numbers [n, steps, features], of which one is looked for; rows with a single 1 are ids.
        y: labels [n, steps], [n, steps, 1], or one-hot rows [n, steps, classes].

    >>> ids = np.random.default_rng(0).integers(0, 9, (20, 8))
    >>> step_shift(ids[:, :-1], ids[:, 1:])
    StepShift(shift=1, feature=0, share=1.0)
    """
    if y.ndim < 2 or x.ndim not in (2, 3) or x.shape[1] != y.shape[1] or x.shape[1] < _LEAST_STEPS:
        return None
    if not is_number(x.dtype) or not is_number(y.dtype):
        return None
    x, y = _ids(x[:_MOST_ROWS]), _ids(y[:_MOST_ROWS])
    x = x[..., None] if x.ndim == 2 else x
    y = y[..., None] if y.ndim == 2 else y
    shared = y.shape[2] == x.shape[2] > 1
    if y.shape[2] != 1 and not shared:
        return None
    x, y = x.astype("float64"), y.astype("float64")
    found = [
        StepShift(shift, feature, share)
        for shift in range(1, int(x.shape[1] * _OVERLAP) + 1)
        for feature in range(1 if shared else x.shape[2])
        if (share := _share(x, y, shift, None if shared else feature)) >= _SHARE
    ]
    still = max(_share(x, y, 0, None if shared else feature) for feature in range(1 if shared else x.shape[2]))
    best = max(found, key=lambda shift: (shift.share, -shift.shift), default=None)
    return best if best is not None and best.share > still else None


def _ids(values: np.ndarray) -> np.ndarray:
    """Returns the ids of one-hot rows; other values as they are."""
    wide = values.ndim == 3 and values.shape[2] > 1 and bool(((values == 0) | (values == 1)).all())
    return values.argmax(-1) if wide and (values.sum(-1) == 1).mean() >= _SHARE else values


def _share(x: np.ndarray, y: np.ndarray, shift: int, feature: int | None) -> float:
    """Returns for which share of the steps the labels are the input so many steps later."""
    ahead = x[:, shift:] if feature is None else x[:, shift:, feature : feature + 1]
    labels = y[:, : y.shape[1] - shift]
    # Ids below 0 are what a loss leaves out.
    counted = (labels >= 0).all(-1) | (labels != np.floor(labels)).any()
    scale = labels[counted].std() if counted.any() else 0.0
    if not scale > 0:
        return 0.0
    _, counts = np.unique(labels[counted][:, 0], return_counts=True)
    if counts.max() > _COMMONEST * counts.sum():
        return 0.0
    return float((np.abs(ahead - labels) <= _NEAR * scale).all(-1)[counted].mean())
