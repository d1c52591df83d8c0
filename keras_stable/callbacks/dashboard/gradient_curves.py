"""GradientCurves: the norms of every window of steps, of all variables together and of each."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_stable.callbacks.dashboard.history_callback import HistoryCallback
from keras_stable.callbacks.dashboard.run_writers import AFTER_CLIPPING, RunWriters, shared_writers
from keras_stable.callbacks.dashboard.step_windows import MOST_POINTS, StepWindows
from keras_stable.optimizers.history import GradientHistory, guarded_optimizer
from keras_stable.reporting.dashboard_tags import NORM_LIMIT, NORMS, QUANTITIES

# TensorBoard takes its time over every value, whatever its tag.
_MOST_VALUES, _FEWEST_POINTS = 100_000, 50


class GradientCurves(HistoryCallback):
    """Writes the gradient norms, and what else the optimizer keeps of each variable, to TensorBoard.

    A point is the largest value in a window of steps, for each tag by itself, so that a long training stays a small
    file in which no peak is missing; see `StepWindows`. It writes no key into `logs`.

    | TensorBoard tag | value |
    | --- | --- |
    | `at a glance/3 gradient norm before and after clipping` | global norm, with a curve for each |
    | `gradients/global_norm`, `gradients/applied_norm` | the same, each by itself |
    | `gradients/<variable path>` | norm of that variable's gradient before any clip |
    | `gradients/limit/norm_10`, `gradients/limit/global_clipnorm` | the limits, as lines |
    | `layers/<quantity>/<variable path>` | `weight_norm`, `update_norm`, `update_ratio`, `second_moment_norm` |
    | `layers/<quantity>_smallest`, `..._median`, `..._largest` | over the variables, of `gradient_norm` and of these |

    Args:
        log_dir: where the events go, or the `RunWriters` of a dashboard.
        most_points: int >= 1, about how many points a tag gets; those of the variables get fewer where they are so
            many that all together would be more than 100,000 values. Default 500.

    Raises:
        InvalidArgumentError: When training begins, the optimizer keeps no history.
    """

    def __init__(self, log_dir: str | os.PathLike | RunWriters, most_points: int = MOST_POINTS) -> None:
        super().__init__()
        self._writers = shared_writers(log_dir)
        self._most_points = most_points

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        self._writers.begin()
        self._windows = StepWindows(self.planned_steps(), self._most_points)
        self._variable_windows = StepWindows(self.planned_steps(), self._most_points)
        limit = getattr(guarded_optimizer(self.model.optimizer), "global_clipnorm", None)
        self._limits = {"gradients/limit/norm_10": NORM_LIMIT}
        if isinstance(limit, int | float):
            self._limits["gradients/limit/global_clipnorm"] = float(limit)
        self._paths: tuple[str, ...] = ()
        self._quantities: list[str] = []
        self._tags: list[str] = []

    @property
    def quantities(self) -> tuple[str, ...]:
        """What is measured of each variable; empty before the first steps were read."""
        return tuple(self._quantities)

    def take(self, history: GradientHistory) -> None:
        """Takes in steps, and writes the windows that are complete."""
        quantities = quantities_of(history)
        if (history.variable_paths, list(quantities)) != (self._paths, self._quantities):
            self._write_variables(*self._variable_windows.rest())
            self._paths, self._quantities = history.variable_paths, list(quantities)
            self._tags = _tags(self._quantities, self._paths)
            points = max(_FEWEST_POINTS, _MOST_VALUES // max(len(self._tags), 1))
            self._variable_windows = StepWindows(self.planned_steps(), min(self._most_points, points))
        norms = [history.global_norm[:, None], history.applied_norm[:, None]]
        self._write(*self._windows.add(history.step, np.concatenate(norms, axis=1)))
        # The first column says at which step of its window a point stands.
        columns = np.concatenate([norms[0], *quantities.values()], axis=1)
        self._write_variables(*self._variable_windows.add(history.step, columns))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        super().on_epoch_end(epoch, logs)
        self._writers.flush()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self.read()
        self._write(*self._windows.rest())
        self._write_variables(*self._variable_windows.rest())
        self._writers.end()

    def _write(self, steps: np.ndarray, norms: np.ndarray) -> None:
        tags = [NORMS, "gradients/global_norm", "gradients/applied_norm", *self._limits]
        for step, (norm, applied) in zip(steps.tolist(), norms.tolist(), strict=True):
            self._writers.of().scalars(step, tags, [norm, norm, applied, *self._limits.values()])
            self._writers.of(AFTER_CLIPPING).scalars(step, [NORMS], [applied])

    def _write_variables(self, steps: np.ndarray, rows: np.ndarray) -> None:
        if not len(steps):
            return
        by_variable = rows[:, 1:].reshape(len(rows), len(self._quantities), len(self._paths))
        table = np.concatenate([rows[:, 1:], *spread_of(by_variable)], axis=1)
        for step, row in zip(steps.tolist(), table, strict=True):
            self._writers.of().scalars(step, self._tags, row)


def quantities_of(history: GradientHistory) -> dict[str, np.ndarray]:
    """Returns what the history has of each variable in each step, `[k, n]` each, by name."""
    quantities = {"gradient_norm": history.variable_norm, **{name: getattr(history, name) for name in QUANTITIES}}
    return {name: values for name, values in quantities.items() if values is not None}


def _tags(quantities: Sequence[str], paths: Sequence[str]) -> list[str]:
    prefixes = ["gradients" if name == "gradient_norm" else f"layers/{name}" for name in quantities]
    spread = [f"layers/{name}_{which}" for which in ("smallest", "median", "largest") for name in quantities]
    of_variables = [f"{prefix}/{path}" for prefix in prefixes for path in paths]
    return [*of_variables, *spread]


def spread_of(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the smallest, the median and the largest value over the last axis; NaN is no value.

    >>> [part.tolist() for part in spread_of(np.array([[4.0, np.nan, 1.0, 2.0], [np.nan] * 4]))]
    [[1.0, nan], [2.0, nan], [4.0, nan]]
    """
    # NaN comes last. NumPy's own nanmedian is many times slower.
    ordered = np.sort(values, axis=-1)
    count = np.maximum((~np.isnan(values)).sum(axis=-1), 1)

    def at(index: np.ndarray) -> np.ndarray:
        return np.take_along_axis(ordered, index[..., None], axis=-1)[..., 0]

    return ordered[..., 0], (at((count - 1) // 2) + at(count // 2)) / 2, at(count - 1)
