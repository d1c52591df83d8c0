"""Numbers that stand for a missing value, found by their distance from all others. Imports no TensorFlow."""

import numpy as np

from keras_stable.diagnosis.facts import MissingCode

_ROWS, _COLUMNS = 50, 1 << 12
# How often it must come, that it is no outlier, and at most, that the others are the rule.
_LEAST, _SHARE, _MOST = 3, 0.005, 0.6
# Different other values, of which a column of codes or counts has few.
_DISTINCT = 20
# Ranges of the others between it and the nearest of them.
_FAR = 3.0


def missing_code(name: str, x: np.ndarray) -> MissingCode | None:
    """Returns the farthest such number over the columns of a table or of sequences; None where there is none.

    Args:
        name: str, of the input.
        x: array [n, columns] or [n, steps, features] of numbers.

    >>> x = np.random.default_rng(0).normal(size=(400, 3))
    >>> x[::20, 1] = -9999.0
    >>> code = missing_code("table", x)
    >>> code.column, code.value, code.share
    (1, -9999.0, 0.05)
    >>> missing_code("table", np.maximum(x, -1.0)) is None
    True
    """
    if x.ndim not in (2, 3) or len(x) < _ROWS or x.shape[-1] > _COLUMNS:
        return None
    values = np.asarray(x, np.float64).reshape(-1, x.shape[-1])
    seen = [code for column in range(values.shape[1]) if (code := _of_column(name, column, values[:, column]))]
    if not seen:
        return None
    farthest = max(seen, key=lambda code: code.distance)
    return MissingCode(name, farthest.column, farthest.value, farthest.share, farthest.distance, len(seen))


def _of_column(name: str, column: int, values: np.ndarray) -> MissingCode | None:
    finite = values[np.isfinite(values)]
    if len(finite) < _ROWS:
        return None
    codes = [code for end in (finite.min(), finite.max()) if (code := _at_the_end(name, column, finite, float(end)))]
    return max(codes, key=lambda code: code.distance, default=None)


def _at_the_end(name: str, column: int, values: np.ndarray, end: float) -> MissingCode | None:
    others = values[values != end]
    count = len(values) - len(others)
    if not max(_LEAST, _SHARE * len(values)) <= count <= _MOST * len(values) or len(np.unique(others)) < _DISTINCT:
        return None
    low, high = np.quantile(others, (0.01, 0.99))
    gap = float(np.abs(others - end).min())
    if not gap > _FAR * (high - low) > 0:
        return None
    return MissingCode(name, column, end, count / len(values), gap / float(high - low))
