"""LearningCurves: the keys of `logs`, training and validation as two curves in one card."""

import os
import time
from collections.abc import Iterable, Mapping
from typing import Any

import keras
import numpy as np

from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.callbacks.dashboard.run_writers import VALIDATION, RunWriters, shared_writers
from keras_stable.callbacks.dashboard.step_number import steps_taken
from keras_stable.reporting.dashboard_tags import CLASSES, metric_tag

# Written by step, or on a page of their own.
_ELSEWHERE = ("grad_norm", "grad_norm_max", "grad_norm_applied", "audit_errors", "audit_warnings", "learning_rate")
# With so few epochs, there are points within them.
_FEW_EPOCHS, _POINTS = 20, 100


class LearningCurves(CheckedCallback):
    """Writes losses, metrics and rates to TensorBoard, at the number of the step. It writes no key into `logs`.

    | TensorBoard tag | value |
    | --- | --- |
    | `at a glance/1 loss` | the loss |
    | `at a glance/2 <metric>` | the accuracy, or the first metric |
    | `at a glance/4 effective classes predicted` | `effective_classes`, where `logs` has it |
    | `at a glance/5 <key>` | every other key |
    | `predictions/<key>`, `gradients/<key>` | the keys of the loggers of predictions and gradients |
    | `rates/learning_rate`, `rates/steps_per_second` | as they say |

    Keys that begin with `val_` go to the run `validation`, under the tag of the key without it. A training of fewer
    than 20 epochs has points within them too: means over the epoch so far, as Keras's progress bar shows them.

    Args:
        log_dir: where the events go, or the `RunWriters` of a dashboard.
    """

    def __init__(self, log_dir: str | os.PathLike | RunWriters) -> None:
        super().__init__()
        self._writers = shared_writers(log_dir)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._writers.begin()
        self._first: str | None = None
        epochs, steps = self.params.get("epochs") or 1, self.params.get("steps") or 1000
        points = max(1, _POINTS // epochs) if epochs < _FEW_EPOCHS else 1
        self._batches_between_points = max(10, -(-steps // points)) if points > 1 else 0
        self._batches = self._seen = 0
        self._step = self._iterations()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._batches = 0
        self._began, self._seconds = time.perf_counter(), 0.0

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._batches += 1
        self._seen += 1
        due = self._batches_between_points and self._batches % self._batches_between_points == 0
        # The last batch of an epoch has the same means as its end.
        if due and logs and batch + 1 != self.params.get("steps"):
            numbers = plain_numbers(logs)
            self._first = self._first or first_metric(numbers)
            self._write(self._iterations(), "", numbers)
            self._write_rate(self._iterations())

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._paused = time.perf_counter()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        self._seconds += time.perf_counter() - self._paused

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        numbers = plain_numbers(logs or {})
        self._first = first_metric(numbers)
        step = self._iterations()
        validation = {key.removeprefix("val_"): value for key, value in numbers.items() if key.startswith("val_")}
        self._write(step, "", {key: value for key, value in numbers.items() if not key.startswith("val_")})
        self._write(step, VALIDATION, validation)
        seconds = time.perf_counter() - self._began - self._seconds
        self._writers.of().scalars(step, ["rates/steps_per_second"], [(step - self._step) / max(seconds, 1e-9)])
        self._step = step
        self._write_rate(step)
        self._writers.flush()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._writers.end()

    @property
    def metric_tag(self) -> str | None:
        """The tag beside the loss; None where there is no metric, or before the first epoch has ended."""
        return None if self._first is None else metric_tag(self._first, self._first)

    def _write(self, step: int, curve: str, numbers: Mapping[str, float]) -> None:
        tags = {metric_tag(key, self._first): value for key, value in numbers.items() if key not in _ELSEWHERE}
        if "effective_classes" in numbers:
            tags[CLASSES] = numbers["effective_classes"]
        if tags:
            self._writers.of(curve).scalars(step, list(tags), list(tags.values()))

    def _write_rate(self, step: int) -> None:
        rate = getattr(getattr(self.model, "optimizer", None), "learning_rate", None)
        if rate is not None:
            self._writers.of().scalars(step, ["rates/learning_rate"], [float(keras.ops.convert_to_numpy(rate))])

    def _iterations(self) -> int:
        return steps_taken(self.model, self._seen)


def plain_numbers(logs: Mapping[str, Any]) -> dict[str, float]:
    """Returns the entries of `logs` that are one number each, as floats."""
    return {key: float(value) for key, value in logs.items() if np.ndim(value) == 0}


def first_metric(keys: Iterable[str]) -> str | None:
    """Returns the key that stands beside the loss: the first that is an accuracy, or the first of all.

    >>> first_metric(["auc", "loss", "binary_accuracy", "val_loss"]), first_metric(["loss", "mae", "grad_norm"])
    ('binary_accuracy', 'mae')
    """
    metrics = [
        key
        for key in keys
        if key != "loss"
        and not key.startswith("val_")
        and key not in _ELSEWHERE
        and metric_tag(key, None).startswith("at a glance/5")
    ]
    return next((key for key in metrics if "acc" in key), metrics[0] if metrics else None)
