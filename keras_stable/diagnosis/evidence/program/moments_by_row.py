"""Means and spreads of features whose rows count as one observation each. Imports no TensorFlow."""

import math
from dataclasses import dataclass

import numpy as np

_CHANNELS = 64
_BLOCK = 2**21  # values that are turned into float64 at once
_CERTAIN = 5.0  # standard errors: one in a million, since there may be thousands of features


@dataclass(frozen=True)
class Units:
    """The mean and the mean square of each feature in each row.

    Attributes:
        first, second: arrays [rows, features].
    """

    first: np.ndarray
    second: np.ndarray

    def take(self, rows: np.ndarray) -> "Units":
        """Returns some of the rows."""
        return Units(self.first[rows], self.second[rows])


@dataclass(frozen=True)
class Figures:
    """What some rows say of each feature, with standard errors that hold for any distribution.

    Attributes:
        mean, variance, mean_error, variance_error: arrays [features].
        rows: float, as many as count in effect, where rows have weights.
    """

    mean: np.ndarray
    variance: np.ndarray
    mean_error: np.ndarray
    variance_error: np.ndarray
    rows: float

    @property
    def std(self) -> np.ndarray:
        """Returns the standard deviations."""
        return np.sqrt(np.maximum(self.variance, 0))


def units_of(leaf: np.ndarray) -> Units:
    """Returns the moments of each row: of each column of a table, of each channel of pictures and sequences.

    >>> units_of(np.array([[[1.0, 5.0], [3.0, 5.0]]])).first
    array([[2., 5.]])
    """
    rows = leaf.reshape(len(leaf), -1, 1) if leaf.ndim == 1 else leaf
    if rows.ndim == 2:
        values = np.asarray(rows, np.float64)
        return Units(values, values**2)
    channels = rows.shape[-1] if rows.shape[-1] <= _CHANNELS else 1
    flat = rows.reshape(len(rows), -1, channels)
    step = max(1, _BLOCK // max(1, flat[:1].size))
    parts = [np.asarray(flat[start : start + step], np.float64) for start in range(0, len(flat), step)]
    return Units(*(np.concatenate([moment(part).mean(axis=1) for part in parts]) for moment in (np.asarray, np.square)))


def figures_of(units: Units, weights: np.ndarray | None = None) -> Figures:
    """Returns the figures of some rows, each of which may have a weight."""
    share = np.full(len(units.first), 1.0) if weights is None else np.asarray(weights, np.float64)
    share = (share / share.sum())[:, None]
    rows = 1 / float(np.square(share).sum())
    mean = (share * units.first).sum(axis=0)
    apart = units.second - 2 * mean * units.first + mean**2
    variance = (share * apart).sum(axis=0)
    spare = rows / max(rows - 1, 1)
    return Figures(
        mean,
        variance,
        np.sqrt(spare * np.square(share * (units.first - mean)).sum(axis=0)),
        np.sqrt(spare * np.square(share * (apart - variance)).sum(axis=0)),
        rows,
    )


def certain(rows: float) -> float:
    """Returns how many standard errors are beyond doubt with so many rows: a quantile of Student's distribution.

    By the first terms of its expansion around the normal quantile (Abramowitz and Stegun 1964, 26.7.5).

    >>> round(certain(1e9), 2), certain(20) > 6
    (5.0, True)
    """
    z, freedom = _CERTAIN, max(rows - 1, 1.0)
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def log_ratio(after: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Returns the logarithms of the ratios of standard deviations; those of constants are large, not infinite."""
    tiny = 1e-12
    return np.log(np.maximum(after, tiny) / np.maximum(before, tiny)).clip(-math.log(1e6), math.log(1e6))
