"""Mean, variance and range of each feature over a stream of rows, in float64, without what is not finite.

Source: T. Chan, G. Golub, R. LeVeque (1983), "Algorithms for computing the sample variance", equation 2.1,
here with a count for each feature, since each may miss other rows.
"""

import numpy as np

_BLOCK = 1 << 20  # values that are taken to float64 at a time


class FeatureMoments:
    """The moments of all rows given so far.

    Where the rows of one batch are longer than those of another, the features cannot be told apart; all values then
    count as one feature.

    Attributes:
        count, mean, squares, minimum, maximum: float64 arrays [features]: finite values, their mean, the sum of
            squared distances from it, and their range.
        by_feature: bool, whether all rows were of one shape.
        rows: int.

    >>> moments = FeatureMoments()
    >>> moments.update(np.array([[1.0, 10.0], [np.nan, 10.0]]))
    >>> moments.update(np.array([[5.0, 10.0]]))
    >>> moments.mean.tolist(), moments.std.tolist(), moments.count.tolist(), moments.total()
    ([3.0, 10.0], [2.0, 0.0], [2.0, 3.0], (7.2, 3.6))
    """

    def __init__(self) -> None:
        self.shape: tuple[int | None, ...] | None = None
        self.by_feature = True
        self.rows = 0
        self.count = self.mean = self.squares = self.minimum = self.maximum = np.zeros(0)

    @property
    def std(self) -> np.ndarray:
        """Returns the population standard deviation of each feature; NaN for one without a finite value."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.sqrt(self.squares / self.count)

    def total(self) -> tuple[float, float]:
        """Returns the mean and standard deviation over all values; NaN without one."""
        count, mean, squares = _one(self.count, self.mean, self.squares)
        return (float(mean), float(np.sqrt(squares / count))) if count else (float("nan"), float("nan"))

    def update(self, batch: np.ndarray) -> None:
        """Adds rows [n, ...] of numbers of any dtype."""
        self.rows += len(batch)
        if self.shape is None:
            self.shape = batch.shape[1:]
        elif self.shape != batch.shape[1:]:
            self._forget_features(batch.shape[1:])
        values = batch.reshape(len(batch), -1) if self.by_feature else batch.reshape(-1, 1)
        step = max(1, _BLOCK // max(1, values.shape[1]))
        for start in range(0, len(values), step):
            self._merge(*_moments(np.asarray(values[start : start + step], dtype=np.float64)))

    def skip(self, batch: np.ndarray) -> None:
        """Counts rows that are no numbers, such as text."""
        self.rows += len(batch)
        self.shape = batch.shape[1:]

    def _merge(self, *part: np.ndarray) -> None:
        count, mean, squares, minimum, maximum = part
        if not self.count.size:
            self.count, self.mean, self.squares, self.minimum, self.maximum = part
            return
        total = self.count + count
        share = count / np.maximum(total, 1)
        # A feature that had no value before has mean 0 and count 0, which takes the new mean whole.
        shift = mean - self.mean
        self.mean = self.mean + shift * share
        self.squares = self.squares + squares + shift * shift * self.count * share
        self.minimum, self.maximum = np.minimum(self.minimum, minimum), np.maximum(self.maximum, maximum)
        self.count = total

    def _forget_features(self, shape: tuple[int, ...]) -> None:
        before = self.shape or ()
        same_rank = len(before) == len(shape)
        self.shape = tuple(a if a == b else None for a, b in zip(before, shape, strict=True)) if same_rank else (None,)
        if self.by_feature:
            self.by_feature = False
            count, mean, squares = (np.array([value]) for value in _one(self.count, self.mean, self.squares))
            self.count, self.mean, self.squares = count, mean, squares
            self.minimum, self.maximum = self.minimum.min(keepdims=True), self.maximum.max(keepdims=True)


def _moments(values: np.ndarray) -> tuple[np.ndarray, ...]:
    finite = np.isfinite(values)
    if finite.all():
        mean = values.mean(axis=0)
        count = np.full(values.shape[1], float(len(values)))
        return count, mean, np.square(values - mean).sum(axis=0), values.min(axis=0), values.max(axis=0)
    count = finite.sum(axis=0).astype(np.float64)
    mean = np.where(finite, values, 0.0).sum(axis=0) / np.maximum(count, 1)
    squares = np.square(np.where(finite, values - mean, 0.0)).sum(axis=0)
    minimum, maximum = np.where(finite, values, np.inf).min(axis=0), np.where(finite, values, -np.inf).max(axis=0)
    return count, mean, squares, minimum, maximum


def _one(count: np.ndarray, mean: np.ndarray, squares: np.ndarray) -> tuple[float, float, float]:
    total = float(count.sum())
    if not total:
        return 0.0, 0.0, 0.0
    middle = float((mean * (count / total)).sum())
    return total, middle, float(squares.sum() + (count * np.square(mean - middle)).sum())
