"""Many curves as one: the middle and the range, over runs and, where there are too many to draw, over neighbours."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Spread:
    """The middle and the range of several curves, at each point that is drawn.

    Attributes:
        x: the number of the step or epoch, from 1; float64 [points].
        middle: the median; NaN where no curve has a finite value; float64 [points].
        low, high: the smallest and the largest value; float64 [points].
    """

    x: np.ndarray
    middle: np.ndarray
    low: np.ndarray
    high: np.ndarray


def spread(curves: Sequence[np.ndarray], most_points: int) -> Spread:
    """Returns the spread of curves that may differ in length; values that are not finite do not count.

    Args:
        curves: arrays [steps] or [epochs], one of each run.
        most_points: int; longer curves are cut into so many stretches, and each stretch becomes one point. No
            extreme is lost: `low` and `high` are those of every value in the stretch.

    >>> both = spread([np.array([1.0, 2.0, 9.0]), np.array([3.0, 2.0])], most_points=100)
    >>> both.x.tolist(), both.middle.tolist(), both.low.tolist(), both.high.tolist()
    ([1.0, 2.0, 3.0], [2.0, 2.0, 9.0], [1.0, 2.0, 9.0], [3.0, 2.0, 9.0])
    """
    length = max((len(curve) for curve in curves), default=0)
    padded = np.full((len(curves), length), np.nan)
    for row, curve in zip(padded, curves, strict=True):
        row[: len(curve)] = curve
    edges = np.linspace(0, length, min(length, most_points) + 1).round().astype(int)
    stretches = list(itertools.pairwise(edges))
    points = [_point(padded[:, start:stop]) for start, stop in stretches]
    middle, low, high = np.array(points).reshape(-1, 3).T
    x = np.array([(start + 1 + stop) / 2 for start, stop in stretches])
    return Spread(x, middle, low, high)


def _point(block: np.ndarray) -> tuple[float, float, float]:
    finite = block[np.isfinite(block)]
    if not len(finite):
        return np.nan, np.nan, np.nan
    return float(np.median(finite)), float(finite.min()), float(finite.max())
