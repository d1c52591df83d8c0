"""Mean and variance of a stream, in float64 and flat memory.

Source: T. Chan, G. Golub, R. LeVeque (1983), "Algorithms for computing the sample variance", equation 2.1,
which merges the moments of two parts without subtracting two large sums.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

# The error of the sums themselves, relative to the mean: a few units in the last place of float64.
_SUMMING = 64 * float(np.finfo(np.float64).eps)


def relative_rounding(dtype: Any) -> float:
    """Returns the standard deviation, relative to the mean, that rounding to `dtype` alone can produce.

    It is two units in the last place: a constant that took a few operations to compute varies by about one.

    Args:
        dtype: dtype or its name, bfloat16 too. Integers and bools are not rounded.

    >>> relative_rounding("float16"), relative_rounding("int32")
    (0.001953125, 0.0)
    """
    dtype = np.dtype(dtype)
    return 0.0 if dtype.kind in "iub" else 2 * float(np.spacing(np.ones((), dtype)))


@dataclass
class RunningMoments:
    """The moments of all batches given so far, over every axis but `keep_axis`.

    Args:
        keep_axis: tuple of non-negative ints; the axes that each keep a mean and variance of their own.

    >>> moments = RunningMoments((1,))
    >>> moments.update(np.array([[1.0, 10.0], [3.0, 10.0]]))
    >>> moments.update(np.array([[5.0, 10.0]]))
    >>> moments.count, moments.mean.tolist(), moments.variance.round(4).tolist()
    (3, [3.0, 10.0], [2.6667, 0.0])
    """

    keep_axis: tuple[int, ...]
    count: int = 0
    mean: np.ndarray | float = 0.0
    sum_of_squares: np.ndarray | float = 0.0
    nonfinite: int = 0
    rounding: float = _SUMMING

    @property
    def variance(self) -> np.ndarray:
        """The population variance (divided by `count`), float64."""
        return np.asarray(self.sum_of_squares) / max(self.count, 1)

    @property
    def constant(self) -> np.ndarray:
        """Which features vary by no more than the rounding of the coarsest dtype that the batches had, bool."""
        return np.sqrt(self.variance) <= self.rounding * np.abs(self.mean)

    def update(self, batch: np.ndarray) -> None:
        """Adds a batch.

        Args:
            batch: array of numbers, any dtype; its non-finite values are counted in `nonfinite`.
        """
        batch = np.asarray(batch)
        values = batch.astype(np.float64)
        self.nonfinite += int(np.size(values) - np.count_nonzero(np.isfinite(values)))
        reduce_axis = tuple(d for d in range(values.ndim) if d not in self.keep_axis)
        count = int(np.prod([values.shape[d] for d in reduce_axis], dtype=np.int64))
        if count == 0:
            return
        # A non-finite batch makes the moments non-finite, which the caller reads from `nonfinite`.
        with np.errstate(invalid="ignore", over="ignore"):
            mean = values.mean(axis=reduce_axis, keepdims=True)
            squares = np.square(values - mean).sum(axis=reduce_axis)
            mean = mean.reshape(squares.shape)
            total = self.count + count
            shift = mean - self.mean
            self.mean = self.mean + shift * (count / total)
            self.sum_of_squares = self.sum_of_squares + squares + np.square(shift) * (self.count * count / total)
        self.count = total
        self.rounding = max(self.rounding, relative_rounding(batch.dtype))
