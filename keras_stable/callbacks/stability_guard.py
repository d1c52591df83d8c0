"""StabilityGuard: sees that a training breaks, and goes back to where it was whole."""

import logging
import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from keras_stable.callbacks.audit_callback import AuditCallback
from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.callbacks.event_writer import EventWriter
from keras_stable.stability.batch_tap import BatchTap
from keras_stable.stability.detection import Alarm
from keras_stable.stability.event_recorder import EventRecorder
from keras_stable.stability.events import GuardEvent
from keras_stable.stability.recovery import Recovery
from keras_stable.stability.settings import GuardSettings
from keras_stable.stability.watcher import Watcher

_LOG = logging.getLogger("keras_stable")
_TAPPED_BYTES, _TAPPED_BATCHES = 256 * 2**20, 256


class StabilityGuard(CheckedCallback):
    """Watches every step of `fit`, and when the training breaks, does what it was told.

    It reads the loss and the gradient norm that the compiled step left behind, some steps at once, and looks at the
    weights themselves. An alarm is

    | kind | what happened |
    | --- | --- |
    | `nonfinite` | `nonfinite_steps` losses or norms in a row, or a weight or statistic, are NaN or infinite |
    | `spike` | a loss, or with a high loss a norm, is beyond 100 times all before it |
    | `divergence` | 8 losses in a row are far above each of the 64 before them and above that of the untrained model |
    | `rate` | as one of these, right after the learning rate has jumped to 5 times all that it was |
    | `collapse` | 32 batches in a row are predicted to be of one class by a model that told classes apart |
    | `weights` | within one read a weight has grown 100 times, or a moving statistic 1000 times |
    | `rule` | a live rule of the audit finds an error at the end of an epoch |

    With "rollback", weights, optimizers, moving statistics and metrics go back to the last snapshot that was healthy,
    the learning rate goes down, and training goes on with the batches that come next. While these are no better, as
    when the labels of many batches are wrong, they are passed by, a step at a time. When `max_rollbacks` is used up,
    the last healthy state is put back once more and the training stops. A healthy training is not touched: its
    weights are the same to the bit with and without the guard.

    | key in `logs` | value |
    | --- | --- |
    | `guard_events` | events in this epoch |
    | `guard_rollbacks` | rollbacks since the beginning |

    | TensorBoard tag | value |
    | --- | --- |
    | `guard/events` | a text for each event |

    Args:
        action: "rollback", "stop" or "warn". Default "rollback".
        max_rollbacks: int >= 0; how many rollbacks there may be. Default 3.
        rate_factor: float in (0, 1]; what a rollback multiplies the learning rate by. A rate that had jumped goes
            back to what it was, and no lower. Default 0.5.
        nonfinite_steps: int >= 1; Default 3: a guarded optimizer leaves out a single step by itself.
        check_every: int >= 1; how many steps lie between two reads. Default 16.
        snapshot_every: int >= 1; how many steps lie between two snapshots. Default 32.
        settle_steps: int >= 0; how many steps without an alarm make a snapshot healthy, as some faults show late.
            Default 32.
        snapshots: int >= 2; how many are kept. Default 4.
        max_bytes: int; what the snapshots may take in memory. Default 2 GiB.
        directory: where `events.jsonl`, kept events and snapshots go. Default None: snapshots are kept in memory.
        on_disk: bool; whether snapshots go to `directory`. Default None: if there is one.
        log_dir: where TensorBoard's events go, and `events.jsonl` where there is no `directory`. Default None.
        keep_batches: int >= 0; how many batches around each event are kept, with the states before and after it, for
            `keras-stable replay`. Default 0.
        rules: ids, slugs or beginnings of ids of the live rules whose errors are alarms. Default: those of the
            trajectory.

    Attributes:
        events: list of `GuardEvent`, all so far.
        rollbacks: int; how many there were.
        stop_reason: str or None; why it has stopped the training.

    Raises:
        InvalidArgumentError: an argument cannot be right, or, in training, the snapshots do not fit into memory.

    >>> import keras
    >>> import numpy as np
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.Adam(0.01), "mse")
    >>> x, y = np.ones((64, 2)), np.ones((64, 1))
    >>> x[17] = np.nan
    >>> guard = StabilityGuard()
    >>> history = model.fit(x, y, batch_size=1, shuffle=False, verbose=0, callbacks=[guard])
    >>> event = guard.events[0]
    >>> event.kind, event.action, event.step, event.rows, round(float(model.optimizer.learning_rate), 4)
    ('nonfinite', 'rollback', 17, [17], 0.005)
    """

    def __init__(
        self,
        action: str = "rollback",
        max_rollbacks: int = 3,
        *,
        rate_factor: float = 0.5,
        nonfinite_steps: int = 3,
        check_every: int = 16,
        snapshot_every: int = 32,
        settle_steps: int = 32,
        snapshots: int = 4,
        max_bytes: int = 2 * 2**30,
        directory: str | os.PathLike[str] | None = None,
        on_disk: bool | None = None,
        log_dir: str | os.PathLike[str] | None = None,
        keep_batches: int = 0,
        rules: Sequence[str] = ("KS6",),
    ) -> None:
        super().__init__()
        self.settings = GuardSettings(
            action, max_rollbacks, rate_factor, nonfinite_steps, check_every, snapshot_every, settle_steps,
            snapshots, max_bytes, directory, on_disk, log_dir, keep_batches, rules,
        )  # fmt: skip
        self._rules = AuditCallback(select=rules)
        self._contexts = ExitStack()
        self._runs = False
        self._writer: EventWriter | None = None
        self.events: list[GuardEvent] = []
        self.rollbacks = 0
        self.stop_reason: str | None = None

    def set_params(self, params: dict[str, Any]) -> None:
        """Takes what `fit` says of itself."""
        super().set_params(params)
        self._rules.set_params(params)

    def on_train_begin(self, logs: dict | None = None) -> None:
        # A `fit` that ended with an exception did not come to its end.
        self._contexts.close()
        settings = self.settings
        self.events, self.rollbacks, self.stop_reason = [], 0, None
        self._watcher = self._contexts.enter_context(Watcher(self.model, settings.nonfinite_steps))
        tap = BatchTap(_TAPPED_BYTES, max(_TAPPED_BATCHES, 2 * settings.keep_batches))
        self._contexts.enter_context(tap.tapping())
        self._recovery = Recovery(self.model, self._watcher, settings)
        where = settings.directory if settings.directory is not None else settings.log_dir
        self._recorder = EventRecorder(None if where is None else Path(where), tap, self._watcher, settings)
        self._rules.set_model(self.model)
        self._rules.on_train_begin()
        self._every = self._watcher.batches_between_reads(settings.check_every)
        # The first step may make variables, so it is looked at by itself.
        self._calls, self._epoch, self._events_before, self._last_batch = self._every - 1, 0, 0, -1
        self._steps_per_epoch = (self.params or {}).get("steps")
        self._pending: Alarm | None = None
        self._told: set[str] = set()
        self._runs = True

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._epoch, self._events_before = epoch, len(self.events)

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        if batch == 0:
            # Every callback has set its rate and put back its weights by now, whatever their order.
            self._watcher.keep_rates_lowered()
            self._recovery.begin_epoch(self._epoch)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self._calls += 1
        self._last_batch = batch
        # After the last batch of an epoch other callbacks may swap the weights.
        ends = self._steps_per_epoch is not None and batch + 1 >= self._steps_per_epoch
        if self._calls >= self._every or ends or self._recovery.is_passing or self._pending is not None:
            self._calls = 0
            self._check()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self._steps_per_epoch = self._steps_per_epoch or self._last_batch + 1
        errors_before = {finding.rule for finding in self._rules.report.findings if finding.severity == "error"}
        # One step that a guarded optimizer has left out makes the mean of the epoch NaN, and has done no harm.
        calm = self._watcher.is_calm
        shown = {name: value for name, value in (logs or {}).items() if np.isfinite(value).all() or not calm}
        self._rules.on_epoch_end(epoch, shown)
        errors = [finding for finding in self._rules.report.findings if finding.severity == "error"]
        new = [finding.rule for finding in errors if finding.rule not in errors_before]
        if new and len(self.events) == self._events_before:
            self._pending = Alarm("rule", new[0], self._watcher.step, float("nan"), float("nan"))
        if logs is not None:
            logs["guard_events"] = len(self.events) - self._events_before
            logs["guard_rollbacks"] = self.rollbacks
            if self._recovery.has_lost_epoch:
                # What Keras shows for metrics without a sample is 0, the best of losses.
                logs |= dict.fromkeys(logs.keys() & self.model.get_metrics_result().keys(), float("nan"))

    def on_train_end(self, logs: dict | None = None) -> None:
        if not self._runs:
            return
        self._runs, self._pending = False, None
        if self.stop_reason is None:
            self._check()
        self._recovery.store.clear()
        self._contexts.close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _check(self) -> None:
        rows = self._watcher.read()
        if len(rows) and self._recovery.passes(rows):
            return
        self._watcher.keep_rates_lowered()
        alarm = self._watcher.judge(rows) or self._pending
        self._pending = None
        if alarm is None:
            self._told = set()
            self._recovery.keep_if_due(self._epoch)
        elif self.stop_reason is None and alarm.kind not in self._told:
            self._act(alarm)

    def _act(self, alarm: Alarm) -> None:
        action = self.settings.action
        spent = action == "rollback" and self.rollbacks >= self.settings.max_rollbacks
        if spent:
            action = "stop"
        pending = self._recorder.begin(alarm, self._epoch)
        snapshot = None
        if self.settings.action == "rollback":
            # What ends broken is of no use, so the healthy state is put back before the end too.
            snapshot = self._recovery.roll_back(alarm, self._epoch)
            self.rollbacks += action == "rollback"
        event = self._recorder.finish(pending, action, snapshot, spent=spent)
        self.events.append(event)
        _LOG.warning("StabilityGuard, %s: %s", action, event.message)
        if action == "stop":
            self.stop_reason = event.message
            self.model.stop_training = True
        elif action == "warn":
            # What goes on in the same way is told once.
            self._told.add(alarm.kind)
            self._watcher.accept()
        if self.settings.log_dir is not None:
            self._writer = self._writer or EventWriter(self.settings.log_dir)
            self._writer.text(event.step, "guard/events", event.markdown())
            self._writer.flush()
