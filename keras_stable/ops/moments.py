"""Mean and variance of a stream, in float64 and flat memory.

Source: T. Chan, G. Golub, R. LeVeque (1983), "Algorithms for computing the sample variance", equation 2.1,
which merges the moments of two parts without subtracting two large sums.
"""

from dataclasses import dataclass

import numpy as np


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

    @property
    def variance(self) -> np.ndarray:
        """The population variance (divided by `count`), float64."""
        return np.asarray(self.sum_of_squares) / max(self.count, 1)

    def update(self, batch: np.ndarray) -> None:
        """Adds a batch.

        Args:
            batch: array of numbers, any dtype; its non-finite values are counted in `nonfinite`.
        """
        values = np.asarray(batch, dtype=np.float64)
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
