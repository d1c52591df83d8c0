"""`Session`: one `fit` with checkpoints, from its first step in this process to its last."""

import math
import time
import warnings
from pathlib import Path
from typing import Any

import keras

from keras_stable.checkpoints.archive import Archive
from keras_stable.checkpoints.background_writer import BackgroundWriter
from keras_stable.checkpoints.directory_lock import DirectoryLock, writing_errors
from keras_stable.checkpoints.goodput import Goodput, WorkLog
from keras_stable.checkpoints.log_files import EventFiles
from keras_stable.checkpoints.progress import Progress
from keras_stable.checkpoints.settings import Settings
from keras_stable.checkpoints.start_record import StartRecord
from keras_stable.checkpoints.stop_signals import StopSignals
from keras_stable.checkpoints.store import VALUE, CheckpointStore
from keras_stable.checkpoints.training_state import TrainingState
from keras_stable.checkpoints.workers import directory_of_worker, newest_of_all
from keras_stable.distribution.agreement import number_of_each_worker
from keras_stable.distribution.keras_fixes import is_multi_worker
from keras_stable.errors import CheckpointError, InvalidArgumentError, invalid_argument
from keras_stable.keras_private import is_inside_fit, set_first_epoch

_START, _WORK = "start.json", "work.bin"


class Session:
    """One `fit` that writes checkpoints in a directory, and goes on from the newest there.

    Its methods are what the first and the last callback of `fit` do.

    Args:
        model: what is trained.
        callbacks: the `keras.callbacks.CallbackList` of `fit`.
        iterator: the epoch iterator of `fit`; None where `fit` is not Keras's own.
        events: the `EventFiles` of its callbacks.
        directory: where to.
        settings: how.

    Raises:
        InvalidArgumentError: the directory cannot be written, or another process trains there.
        CheckpointError: what is there is of a newer version, or no checkpoint.
    """

    def __init__(
        self, model: Any, callbacks: Any, iterator: Any, events: EventFiles, directory: Path, settings: Settings
    ) -> None:
        self.callbacks = callbacks
        self._model, self._iterator, self._events, self._settings = model, iterator, events, settings
        strategy = model.distribute_strategy
        if settings.every.unit == "second" and is_multi_worker(strategy):
            raise invalid_argument(
                "every", "in epochs or steps where several workers train", f"{settings.every.count} seconds"
            )
        directory = directory_of_worker(strategy, directory)
        self._directory = directory
        self._lock = DirectoryLock(directory)
        self.store = CheckpointStore(directory, settings.keep, settings.larger_is_better)
        self.store.clean()
        self.resumed: Archive | None = newest_of_all(self.store, strategy)
        try:
            with writing_errors(directory):
                self._work = WorkLog(directory / _WORK)
        except InvalidArgumentError:
            self._lock.release()
            raise
        self._writer = BackgroundWriter()
        self._signals = StopSignals(lambda frame: is_inside_fit(frame, callbacks))
        self._last_time, self._last_step = time.monotonic(), 0
        self._pending: tuple[dict[str, Any], dict[str, Any]] | None = None
        self.closed = False

    def begin(self, callbacks: list[Any]) -> None:
        """Called when all other callbacks have begun: has everything go on from the newest checkpoint.

        Args:
            callbacks: those whose state counts.
        """
        self._state = TrainingState(self._model, callbacks)
        with writing_errors(self._directory):
            start = StartRecord(self._directory / _START, self._events.sizes(), self._state.csv())
        # All workers shuffle alike, so that each takes its own part of one batch.
        seeds = number_of_each_worker(self._model.distribute_strategy, start.order_seed)
        self._progress = Progress(self._model, self._iterator, self._state, int(seeds[0]), self.resumed)
        if self._progress.obstacles:
            warnings.warn(
                "This training can be resumed at the beginning of an epoch only. Its data come from "
                f"{'; '.join(self._progress.obstacles)}.",
                stacklevel=2,
            )
        resumed = self.resumed
        self._events.set_back(start.event_sizes if resumed is None else resumed.state.get("events"), start.processes)
        self._state.restore_csv(start.csv if resumed is None else resumed.state.get("csv"))
        if resumed is not None:
            self._progress.resume()
            self._last_step = self._progress.step
            if resumed.state.get("finished") is True and self._progress.epoch >= self._epochs():
                warnings.warn(
                    f"The training in {self._directory} has ended: its result is restored, and nothing is left to "
                    "train. More epochs, or another directory, go on training.",
                    stacklevel=2,
                )
        if self._settings.signals:
            self._signals.take()

    def _epochs(self) -> int:
        return int((self.callbacks.params or {}).get("epochs") or 0)

    def begin_epoch(self, epoch: int) -> None:
        """Called when an epoch begins."""
        set_first_epoch(self._model, 0)
        self._progress.begin_epoch(epoch)
        self._events.remember()

    def begin_batch(self) -> None:
        """Called before a batch is trained on."""
        self._work.begin_step()

    def end_batch(self, logs: dict[str, Any] | None) -> None:
        """Called after all others have seen the end of a batch."""
        self._work.end_step(self._model.steps_per_execution)
        self._progress.end_batch(logs or {})
        if self._progress.obstacles:
            if self._signals.received is not None:
                self._leave()
        elif self._signals.received is not None:
            self._save(wait=True)
            self._leave()
        elif self._is_due():
            self._save()

    def begin_validation(self) -> None:
        """Called before any other callback learns of a validation, and before the metrics of the epoch are reset."""
        if self._settings.signals and not self._progress.obstacles:
            self._pending = self._captured()

    def end_validation_batch(self) -> None:
        """Called after a batch of the validation."""
        if self._signals.received is not None:
            if self._pending is not None:
                self._write(*self._pending, wait=True)
            self._leave()

    def complete_logs(self, logs: dict[str, Any] | None) -> None:
        """Called before any other callback sees the logs of an epoch, which lack what was trained before a death."""
        if logs is not None and (earlier := self._progress.logs_of_finished_epoch()):
            complete = {**earlier, **logs}
            logs.clear()
            logs.update(complete)

    def end_epoch(self, epoch: int, logs: dict[str, Any] | None) -> None:
        """Called after all others have seen the end of an epoch."""
        self._pending = None
        self._progress.end_epoch(epoch)
        finished = self._model.stop_training or epoch + 1 >= self._epochs()
        every = self._settings.every
        due = every.unit == "epoch" and (epoch + 1) % every.count == 0
        received = self._signals.received is not None
        if due or finished or received or self._progress.obstacles or self._is_due():
            value = (logs or {}).get(self._settings.monitor, (logs or {}).get("loss"))
            more = {VALUE: _plain_number(value), "finished": bool(finished)}
            self._save(more, epoch + 1, wait=received)
        if received and not finished:
            self._leave()

    def end(self) -> None:
        """Called when `fit` ends; a second call does nothing."""
        if not self.closed:
            self._report(self._writer.wait())
            self.close()
            set_first_epoch(self._model, 0)
            if self._signals.received is not None:
                self._signals.raise_received()

    def close(self) -> None:
        """Lets go of the directory and the signals."""
        self.closed = True
        self._writer.wait()
        self._work.close()
        self._signals.release()
        self._lock.release()

    def goodput(self) -> Goodput:
        """Returns the share of the work, over all processes, that went into the steps so far."""
        return self._work.goodput(self._progress.step)

    def _is_due(self) -> bool:
        every = self._settings.every
        if every.unit == "step":
            return self._progress.step - self._last_step >= every.count
        # Monotonic: a clock that is set does not matter. One that is being written is not waited for.
        return every.unit == "second" and time.monotonic() - self._last_time >= every.count and not self._writer.busy

    def _captured(self, more: dict[str, Any] | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
        self._events.flush()
        encoder = self._state.encoder()
        content = {**self._progress.capture(encoder), "events": self._events.sizes(), **(more or {})}
        return content, encoder.arrays

    def _save(self, more: dict[str, Any] | None = None, epoch: int | None = None, wait: bool = False) -> None:
        self._write(*self._captured(more), epoch=epoch, wait=wait)

    def _write(self, content: dict[str, Any], arrays: Any, epoch: int | None = None, wait: bool = False) -> None:
        if not self._lock.held:
            raise CheckpointError(f"Another training of this process has taken over {self._directory}")
        step = content["step"]
        self._last_time, self._last_step = time.monotonic(), step
        self._report(self._writer.submit(lambda: self.store.write(content, arrays, step, epoch)))
        if wait or not self._settings.background:
            self._report(self._writer.wait())

    def _report(self, error: Exception | None) -> None:
        """A training that cannot write goes on: what it has learned is in memory alone."""
        if error is not None:
            warnings.warn(
                f"A checkpoint could not be written in {self._directory}: {error}. Those before it are whole, and the "
                "training goes on.",
                stacklevel=2,
            )

    def _leave(self) -> None:
        self._report(self._writer.wait())
        self.close()
        self._signals.raise_received()


def _plain_number(value: Any) -> float | None:
    if hasattr(value, "shape"):
        value = float(keras.ops.convert_to_numpy(value))
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
