"""Zeros between the other ids of sequences. Imports no TensorFlow."""

import numpy as np

from keras_stable.diagnosis.facts import InnerZeros

_BY_COUNT = -0.8  # rank correlation of ids and counts, as where words are numbered by how often they come
_LEAST_IDS = 5


def zeros_between(ids: np.ndarray) -> InnerZeros | None:
    """Returns the figures of id 0 between other ids, over sequences [n, steps]; None where it never stands there.

    >>> zeros = zeros_between(np.array([[3, 0, 1, 2, 0], [1, 3, 0, 2, 0], [2, 1, 0, 0, 0], [1, 1, 3, 2, 0]]))
    >>> zeros.rows, round(zeros.share, 2), zeros.others
    (0.5, 0.14, 3)
    """
    if ids.ndim != 2 or ids.shape[1] < 3:
        return None
    rows = ids[(ids != 0).any(1)]
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
    return InnerZeros(
        rows=float(zeros.any(1).mean()),
        share=share,
        next_share=float(counts.max() / total),
        others=len(others),
        again=float(followed.sum() / zeros.sum() / share),
        aligned=float(np.bincount(ends).max() / len(ends)),
        by_count=len(others) >= _LEAST_IDS and _rank_correlation(others, counts) < _BY_COUNT,
    )


def _rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Returns Spearman's rank correlation; equal values share the mean of their ranks."""
    ranks = []
    for values in (one, other):
        _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
        ends = np.cumsum(counts)
        ranks.append((ends - (counts - 1) / 2)[codes])
    if min(np.ptp(part) for part in ranks) == 0:
        return 0.0
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
