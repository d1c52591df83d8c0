"""The gradient norms of an epoch as running sums, however many steps it has."""

import math

import numpy as np

from keras_stable.optimizers.history import GradientHistory

# Rounding alone moves a norm by less.
_CLIPPED_BELOW = 1 - 1e-6


class EpochNorms:
    """Takes in the history piece by piece, and keeps sums.

    Args:
        keep_values: Whether to keep the values of the columns too, for histograms.

    >>> rows = np.array([[3.0, 0.5], [np.nan, 0.0], [0.5, 0.5]])
    >>> history = GradientHistory(np.arange(3), rows[:, 0], rows[:, 1], rows, rows, np.isfinite(rows[:, 0]), (), 1, 0)
    >>> norms = EpochNorms()
    >>> norms.add(history, [rows[:, 0]])
    >>> norms.summary()["grad_norm"], norms.summary()["clip_fraction"], norms.summary()["skipped_steps"], norms.means()
    (1.75, 0.5, 1, [1.75])
    """

    def __init__(self, *, keep_values: bool = False) -> None:
        self._values: list[list[np.ndarray]] | None = [] if keep_values else None
        self._sums = self._counts = np.zeros(0)
        self._steps, self._clipped, self._skipped = 0, 0, 0
        self._norm, self._applied, self._largest = 0.0, 0.0, -math.inf

    def add(self, history: GradientHistory, columns: list[np.ndarray]) -> None:
        """Takes in some steps, and the columns whose means are asked for, each `[steps]`."""
        self._skipped += history.skipped_steps
        if len(history) == 0:
            return
        table = np.stack(columns, axis=1).astype("float64")
        finite = np.isfinite(table)
        if len(self._sums) != len(columns):
            self._sums, self._counts = np.zeros(len(columns)), np.zeros(len(columns))
        self._sums += np.where(finite, table, 0.0).sum(axis=0)
        self._counts += finite.sum(axis=0)
        if self._values is not None:
            self._values.append([np.array(column) for column in columns])
        taken = history.finite & ~history.spike
        norm, applied = history.global_norm[taken], history.applied_norm[taken]
        self._steps += len(norm)
        self._norm += float(norm.sum(dtype="float64"))
        self._applied += float(applied.sum(dtype="float64"))
        self._clipped += int((applied < norm * _CLIPPED_BELOW).sum())
        self._largest = max(self._largest, float(norm.max(initial=-math.inf)))

    def summary(self) -> dict[str, float]:
        """Returns what goes into `logs`; NaN where no step was finite."""
        return {
            "grad_norm": _share(self._norm, self._steps),
            "grad_norm_max": self._largest if self._steps else math.nan,
            "grad_norm_applied": _share(self._applied, self._steps),
            "clip_fraction": _share(self._clipped, self._steps),
            "skipped_steps": self._skipped,
        }

    def means(self) -> list[float]:
        """Returns the mean of the finite values of each column; NaN where there is none, nothing before any step."""
        return [_share(total, count) for total, count in zip(self._sums.tolist(), self._counts.tolist(), strict=True)]

    def values(self) -> list[np.ndarray]:
        """Returns the values of each column, where they are kept."""
        return [np.concatenate(parts) for parts in zip(*(self._values or []), strict=True)]


def _share(total: float, count: float) -> float:
    return total / count if count else math.nan
