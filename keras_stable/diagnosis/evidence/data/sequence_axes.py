"""How the values of a sequence run along its two axes. Imports no TensorFlow."""

import math

import numpy as np

from keras_stable.diagnosis.facts import Axes

_ROWS = 512


def axes(name: str, values: np.ndarray, in_order: np.ndarray) -> Axes:
    """Returns the figures of an input [n, steps, features].

    Args:
        name: str, of the input.
        values: rows from all over the data.
        in_order: some rows as they follow each other.

    >>> series = np.sin(np.arange(60) / 3)
    >>> windows = np.lib.stride_tricks.sliding_window_view(series, 12)[:, None]
    >>> exchanged = axes("input", windows, windows)
    >>> exchanged.steps, exchanged.features, exchanged.windows
    (1, 12, 'features')
    """
    numbers = np.asarray(values[:_ROWS], "float64")
    numbers = numbers[np.isfinite(numbers).all((1, 2))]
    return Axes(
        name=name,
        steps=values.shape[1],
        features=values.shape[2],
        along_steps=_likeness(numbers),
        along_features=_likeness(numbers.swapaxes(1, 2)),
        interleaved=_likeness(numbers.swapaxes(1, 2), values.shape[1]),
        windows="steps" if _slides(in_order) else "features" if _slides(in_order.swapaxes(1, 2)) else "",
    )


def _likeness(values: np.ndarray, apart: int = 1) -> float:
    """Returns the median over series of the correlation of values so far apart along the first of two axes.

    Each of the series is brought to mean 0 and deviation 1 over all rows and steps, and those that do not vary are
    left out; so is the level of each row, by which all its values are alike.
    """
    if len(values) < 2 or values.shape[1] < 3 * apart:
        return math.nan
    spread = values.std((0, 1))
    if not (spread > 0).any():
        return math.nan
    unit = ((values - values.mean((0, 1))) / np.where(spread > 0, spread, 1.0))[..., spread > 0]
    unit = unit - unit.mean(1, keepdims=True)
    power = (unit**2).mean((0, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        likeness = (unit[:, apart:] * unit[:, :-apart]).mean((0, 1)) / power
    likeness = likeness[np.isfinite(likeness)]
    return float(np.median(likeness)) if likeness.size else math.nan


def _slides(rows: np.ndarray) -> bool:
    """Returns whether each row is the row before moved by one step."""
    if len(rows) < 3 or rows.shape[1] < 3 or not np.ptp(rows) > 0:
        return False
    before, after = rows[:-1, 1:], rows[1:, :-1]
    varies = np.ptp(rows, axis=(0, 1)) > 0
    return bool(np.isclose(before, after)[..., varies].mean() > 0.99) and not np.isclose(before, before[:, :1]).all()
