"""StepWindows: many steps become few points, and no maximum is lost."""

import numpy as np

MOST_POINTS = 500


class StepWindows:
    """Makes one row of every window of steps: the largest finite value of each column.

    A window has as many steps as it takes for the whole training to have at most `most_points` rows, so a short one
    keeps every step. Where the length of the training is not known, a window doubles whenever so many rows have been
    made. A row stands at the step of its window whose first column was largest, so a spike is found where it was.

    Args:
        total_steps: int, the steps of the training; None: not known. Default None.
        most_points: int, rows. Default 500.

    >>> windows = StepWindows(total_steps=4, most_points=2)
    >>> steps, rows = windows.add(np.arange(3), np.array([[1.0], [5.0], [2.0]]))
    >>> steps.tolist(), rows.tolist(), windows.rest()[0].tolist()
    ([1], [[5.0]], [2])
    """

    def __init__(self, total_steps: int | None = None, most_points: int = MOST_POINTS) -> None:
        self._most_points = most_points
        self.steps_in_window = -(-max(total_steps or 1, 1) // most_points)
        self._points = 0
        self._steps = np.zeros(0, "int64")
        self._rows = np.zeros((0, 0))

    def add(self, steps: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Takes in steps, in their order, and returns the rows of the windows that are complete.

        Args:
            steps: int64 [k], number of each step.
            rows: float [k, columns].

        Returns:
            Steps [m] and rows [m, columns]; NaN where no value of a window was finite.
        """
        if len(self._steps):
            steps, rows = np.concatenate([self._steps, steps]), np.concatenate([self._rows, rows])
        if self._points >= self._most_points:
            self.steps_in_window *= 2
            self._points = self._most_points // 2
        windows = steps // self.steps_in_window
        # The last window is whole when its last step is there.
        whole = len(steps) and (steps[-1] + 1) % self.steps_in_window == 0
        kept = len(steps) if whole else int(np.searchsorted(windows, windows[-1])) if len(steps) else 0
        # Copies: a view would hold on to the whole history.
        self._steps, self._rows = steps[kept:].copy(), rows[kept:].copy()
        self._points += len(np.unique(windows[:kept]))
        return _largest(steps[:kept], rows[:kept], windows[:kept])

    def rest(self) -> tuple[np.ndarray, np.ndarray]:
        """Returns the row of the window that is not complete, and forgets it."""
        steps, rows = self._steps, self._rows
        self._steps, self._rows = steps[:0], rows[:0]
        return _largest(steps, rows, steps // self.steps_in_window)


def _largest(steps: np.ndarray, rows: np.ndarray, windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if not len(steps):
        return steps, rows
    first = np.flatnonzero(np.diff(windows, prepend=windows[0] - 1))
    finite = np.where(np.isfinite(rows), rows, -np.inf)
    largest = np.maximum.reduceat(finite, first, axis=0)
    window = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(steps))))
    at = np.maximum.reduceat(np.where(finite[:, 0] >= largest[window, 0], steps, -1), first)
    return at, np.where(np.isneginf(largest), np.nan, largest)
