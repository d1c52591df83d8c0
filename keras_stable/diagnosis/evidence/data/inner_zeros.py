"""Zeros between the other ids of sequences. Imports no TensorFlow."""

import math

import numpy as np

from keras_stable.diagnosis.facts import InnerZeros


def zeros_between(ids: np.ndarray, labels: np.ndarray | None = None) -> InnerZeros | None:
    """Returns the figures of id 0 between other ids, over sequences [n, steps]; None where it never stands there.

    Args:
        ids: int array.
        labels: array [n] or [n, columns] of numbers; None where a row has not one label. Default: None.

    >>> zeros = zeros_between(np.array([[3, 0, 1, 2, 0], [1, 3, 0, 2, 0], [2, 1, 0, 0, 0], [1, 1, 3, 2, 0]]))
    >>> zeros.rows, round(zeros.share, 2), zeros.others
    (0.5, 0.14, 3)
    """
    if ids.ndim != 2 or ids.shape[1] < 3:
        return None
    some = (ids != 0).any(1)
    rows = ids[some]
    if not len(rows):
        return None
    real = rows != 0
    places = np.arange(rows.shape[1])[None]
    first, last = real.argmax(1), rows.shape[1] - 1 - real[:, ::-1].argmax(1)
    content = (places >= first[:, None]) & (places <= last[:, None])
    zeros = content & ~real
    if not zeros.any():
        return None
    others, counts = np.unique(rows[real], return_counts=True)
    total = int(content.sum())
    share = float(zeros.sum() / total)
    followed = zeros[:, :-1] & zeros[:, 1:]
    ends = np.nonzero(zeros[:, :-1] & real[:, 1:])[1]
    told = math.nan if labels is None or len(labels) != len(ids) else _told(zeros.any(1), labels[some])
    return InnerZeros(
        rows=float(zeros.any(1).mean()),
        share=share,
        next_share=float(counts.max() / total),
        others=len(others),
        followed=int(followed.sum()),
        expected=float(zeros.sum() * share),
        aligned=float(np.bincount(ends).max() / len(ends)),
        told=told,
    )


def _told(presence: np.ndarray, labels: np.ndarray) -> float:
    """Returns the largest correlation with a column of the labels, times the root of the number of rows."""
    columns = np.asarray(labels, np.float64).reshape(len(labels), -1)
    spread = presence.std() * columns.std(0)
    if not (spread > 0).any() or not np.isfinite(columns).all():
        return math.nan
    shared = ((presence - presence.mean())[:, None] * (columns - columns.mean(0))).mean(0)
    return float(np.abs(shared[spread > 0] / spread[spread > 0]).max() * math.sqrt(len(columns)))
