"""Whether one program is better than another: a paired test. Imports no TensorFlow."""

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

_FOLDS = 8


def by_fold(before: np.ndarray, after: np.ndarray, folds: int = _FOLDS) -> np.ndarray:
    """Returns the mean difference of some figures of rows in each of several folds.

    Args:
        before, after: arrays [rows], of the same rows.
        folds: int, at most so many; never fewer than one row in each.

    >>> by_fold(np.zeros(4), np.array([1.0, 0.0, 1.0, 1.0]), folds=2).tolist()
    [1.0, 0.5]
    """
    rows = min(len(before), len(after))
    difference = after[:rows] - before[:rows]
    # Every fold takes rows from all over, whatever their order is.
    return np.array([difference[first::folds].mean() for first in range(min(folds, rows))])


def p_value(differences: Sequence[float] | np.ndarray) -> float:
    """Returns how likely so large a mean of differences is where there is none: Student's paired test, one-sided.

    Args:
        differences: of each seed or fold, after minus before.

    Student (1908), The probable error of a mean. Where all differences are equal, which a test takes for certainty,
    each sign counts as a throw of a coin.

    >>> round(p_value([0.5, 0.4, 0.6]), 3), p_value([0.2, 0.2, 0.2]), p_value([0.0, 0.0])
    (0.007, 0.125, 1.0)
    """
    values = np.asarray(differences, "float64")
    mean = float(values.mean()) if values.size else 0.0
    if not math.isfinite(mean) or mean <= 0:
        return 1.0
    if values.size < 2 or values.std() < 1e-12:
        return float(0.5**values.size)
    return float(stats.ttest_1samp(values, 0.0, alternative="greater").pvalue)
