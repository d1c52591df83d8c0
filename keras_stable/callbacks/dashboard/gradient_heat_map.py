"""GradientHeatMap: a picture of the gradient norm of every variable over the steps."""

import os
from typing import Any

import numpy as np

from keras_stable.callbacks.dashboard.history_callback import HistoryCallback
from keras_stable.callbacks.dashboard.pictures import heat_map
from keras_stable.callbacks.dashboard.run_writers import RunWriters, shared_writers
from keras_stable.callbacks.dashboard.step_windows import StepWindows
from keras_stable.callbacks.dashboard.time_share import TimeShare
from keras_stable.optimizers.history import GradientHistory

_POINTS = 200
_SECONDS_TO_DRAW = 0.2


class GradientHeatMap(HistoryCallback):
    """Draws the gradient norms of the whole training so far as a heat map. It writes no key into `logs`.

    | TensorBoard tag | value |
    | --- | --- |
    | `gradients/by_layer_over_time` | picture: variables from top to bottom, steps from left to right |

    A point is the largest norm of its window; there are about 200 windows. It is drawn whenever drawing has taken less
    than 1 % of the time, and at the end.

    Args:
        log_dir: where the events go, or the `RunWriters` of a dashboard.
        share: float, the share of the time that drawing may take. Default 0.01.

    Raises:
        InvalidArgumentError: When training begins, the optimizer keeps no history.
    """

    def __init__(self, log_dir: str | os.PathLike | RunWriters, share: float = 0.01) -> None:
        super().__init__()
        self._writers = shared_writers(log_dir)
        self._time = TimeShare(share, expected=_SECONDS_TO_DRAW)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        self._writers.begin()
        self._time.start()
        self._windows = StepWindows(self.planned_steps(), _POINTS)
        self._steps: list[np.ndarray] = []
        self._rows: list[np.ndarray] = []
        self._paths: tuple[str, ...] = ()
        self._drawn = 0

    def take(self, history: GradientHistory) -> None:
        """Keeps the windows of some steps that are complete."""
        self._paths = history.variable_paths
        norms = np.concatenate([history.global_norm[:, None], history.variable_norm], axis=1)
        self._keep(*self._windows.add(history.step, norms))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        super().on_epoch_end(epoch, logs)
        if self._time.allows():
            self._draw()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self.read()
        self._keep(*self._windows.rest())
        self._draw()
        self._writers.end()

    def _keep(self, steps: np.ndarray, rows: np.ndarray) -> None:
        if len(steps):
            self._steps.append(steps)
            self._rows.append(rows[:, 1:])

    def _draw(self) -> None:
        points = sum(map(len, self._steps))
        if points > max(self._drawn, 1):
            with self._time.spent():
                steps, rows = np.concatenate(self._steps), np.concatenate(self._rows)
                picture = heat_map(rows, steps, self._paths)
                self._writers.of().image(int(steps[-1]) + 1, "gradients/by_layer_over_time", *picture)
            self._drawn = points
