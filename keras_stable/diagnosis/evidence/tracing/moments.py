"""Statistics of the units of a layer, streamed over batches in float64. Imports no TensorFlow."""

import math
from dataclasses import dataclass, field

import numpy as np

from keras_stable.diagnosis.evidence.tracing.bounds import at_bound

ZERO_WHEN_OFF = ("relu", "relu6")

_ROWS = 10
_VALUES = 1 << 20  # values that are taken to float64 at a time


@dataclass
class Moments:
    """Figures of values [rows, ..., units], with memory for a few numbers a unit.

    Args:
        activation: str, name of what made the values: tells what a dead and a saturated unit are.
    """

    activation: str = ""
    rows: int = 0
    nonfinite: int = 0
    nonfinite_rows: list[int] = field(default_factory=list)
    maximum: float = 0.0
    _count: int = 0
    _mean: float = 0.0
    _squares: float = 0.0
    _samples: int = 0
    _unit_mean: np.ndarray | None = None
    _unit_squares: np.ndarray | None = None
    _alive: np.ndarray | None = None
    _bounded: np.ndarray | None = None
    _positions: int = 0

    def add(self, values: np.ndarray) -> None:
        """Takes in the values of a batch."""
        rows = len(values)
        step = max(1, _VALUES // max(1, values.size // max(rows, 1)))
        for start in range(0, rows, step):
            self._add(np.asarray(values[start : start + step], "float64"))

    def _add(self, values: np.ndarray) -> None:
        values = values.reshape(len(values), -1, values.shape[-1] if values.ndim > 1 else 1)
        # A sum is finite only where every value is.
        with np.errstate(over="ignore", invalid="ignore"):
            whole = bool(np.isfinite(values.sum()))
        finite = np.ones((1, 1, 1), bool) if whole else np.isfinite(values)
        if not finite.all():
            bad = np.flatnonzero(~finite.all((1, 2))) + self.rows
            self.nonfinite_rows = [*self.nonfinite_rows, *bad.tolist()][:_ROWS]
            self.nonfinite += int((~finite).sum())
        self.rows += len(values)
        numbers = values.reshape(-1) if whole else values[finite]
        if numbers.size:
            self.maximum = max(self.maximum, float(numbers.max()), -float(numbers.min()))
            mean = numbers.mean()
            own = (numbers.size, mean, np.square(numbers - mean).sum())
            self._count, self._mean, self._squares = merged((self._count, self._mean, self._squares), own)
        self._add_units(values, finite)

    def _add_units(self, values: np.ndarray, finite: np.ndarray) -> None:
        width = values.shape[-1]
        if self._unit_mean is None or self._unit_squares is None or self._alive is None or self._bounded is None:
            self._unit_mean, self._unit_squares = np.zeros(width), np.zeros(width)
            self._alive, self._bounded = np.zeros(width, bool), np.zeros(width, "int64")
        if len(self._unit_mean) != width or not values.size:
            return
        if self.activation in ZERO_WHEN_OFF:
            self._alive |= ((values != 0) | ~finite).any((0, 1))
        bounded = at_bound(self.activation, values)
        if bounded is not None:
            self._bounded += bounded.sum((0, 1))
        self._positions += values.shape[0] * values.shape[1]
        rows = finite.all((1, 2))
        samples = (values if rows.all() else values[rows]).mean(1)
        if len(samples):
            own = (len(samples), samples.mean(0), samples.var(0) * len(samples))
            self._samples, self._unit_mean, self._unit_squares = merged(
                (self._samples, self._unit_mean, self._unit_squares), own
            )

    @property
    def units(self) -> int:
        """Returns the width of the last axis."""
        return 0 if self._unit_mean is None else len(self._unit_mean)

    @property
    def mean(self) -> float:
        """Returns the mean of all finite values; NaN without any."""
        return float(self._mean) if self._count else math.nan

    @property
    def std(self) -> float:
        """Returns the standard deviation of all finite values; NaN without any."""
        return math.sqrt(self._squares / self._count) if self._count else math.nan

    @property
    def spread(self) -> float:
        """Returns the median over units of the standard deviation over samples of their mean over positions."""
        if self._unit_squares is None or self._samples < 2:
            return math.nan
        return float(np.median(np.sqrt(self._unit_squares / self._samples)))

    @property
    def dead(self) -> float:
        """Returns the share of units that were 0 at every position of every sample; NaN for other than relu."""
        if self._alive is None or not self._positions or self.activation not in ZERO_WHEN_OFF:
            return math.nan
        return float(1 - self._alive.mean())

    def saturated(self, share: float) -> float:
        """Returns the share of units that were at a bound in at least this share of positions and samples."""
        if self._bounded is None or not self._positions:
            return math.nan
        return float((self._bounded >= share * self._positions).mean())


def merged(one: tuple, other: tuple) -> tuple:
    """Returns count, mean and sum of squared deviations of two sets together (Chan, Golub and LeVeque 1979)."""
    count = one[0] + other[0]
    difference = other[1] - one[1]
    mean = one[1] + difference * (other[0] / count)
    return count, mean, one[2] + other[2] + difference**2 * (one[0] * other[0] / count)
