"""Checkpoint: a training that is killed goes on at the step it had reached."""

import os
from pathlib import Path
from typing import Any

import keras

from keras_stable.arguments import is_integer
from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.checkpoints.archive import read_archive
from keras_stable.checkpoints.goodput import Goodput
from keras_stable.checkpoints.log_files import EventFiles
from keras_stable.checkpoints.session import Session
from keras_stable.checkpoints.settings import Settings, is_larger_better
from keras_stable.checkpoints.store import CheckpointStore
from keras_stable.checkpoints.training_state import TrainingState, with_nested
from keras_stable.errors import InvalidArgumentError, invalid_argument
from keras_stable.frequency import Frequency
from keras_stable.keras_private import running_fit

_MODES = ("auto", "min", "max")


class Checkpoint(CheckedCallback):
    """Writes all that a training depends on, and has `fit` go on from there in the next process.

    The script stays as it is and is started again: where the directory has a checkpoint, `fit` goes on at that step,
    and ends with the weights and logs, in every bit, that it would have had. Kept are weights, optimizers, moving
    statistics, random states, the metrics of the epoch so far, the place in the data, and the state of every other
    callback. CSV files and TensorBoard events are set back too, so that each epoch and step is there once.

    Arrays, `tf.data` and `PyDataset` are read again up to the step. Data that cannot be had again in the same order,
    such as a Python generator's, are named in a warning when training begins; it then goes on at the epoch.

    A checkpoint appears in one step, is checked against its SHA-256 when it is read, and is written by a thread while
    the training goes on. A damaged one is said in a warning, and the one before it used. SIGTERM and SIGINT write one
    after the batch and end the process with exit code 143, or in a KeyboardInterrupt; a second one ends it at once.
    What is read runs no code, whoever has written it. It writes no key into `logs`.

    Source: the atomicity of Orbax, and the restoring from every state of Grain's tests.

    Args:
        directory: str or path, of one training. The n-th `fit` with this callback has `fit_n` in it.
        every: str, how often: "<number> epochs", "<number> steps" or "<number> seconds". Default "1 epoch". The end
            of the training and a signal write one too.
        keep: int >= 1, how many of the last are kept. Default 3.
        monitor: str, a key of `logs` that says which checkpoint is best; that one is kept too. Where the logs lack
            it, "loss" is taken. Default "val_loss".
        mode: "min", "max", or "auto", which takes the larger value as better for an accuracy and the like. Default
            "auto".
        background: bool, whether a thread writes; False has the training wait. Default True.
        signals: bool, whether SIGTERM and SIGINT are taken while `fit` runs. Default True.

    Raises:
        InvalidArgumentError: an argument cannot be right; or, when training begins, the directory cannot be written
            or another process trains there.
        CheckpointError: when training begins, the checkpoint is of another model or of a newer version.

    >>> import tempfile
    >>> import numpy as np
    >>> x, y = np.ones((8, 2)), np.ones((8, 1))
    >>> def train(directory, epochs):
    ...     model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    ...     model.compile("adam", "mse")
    ...     return model.fit(x, y, epochs=epochs, verbose=0, callbacks=[Checkpoint(directory)])
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     first, second = train(directory, epochs=2), train(directory, epochs=3)
    >>> second.epoch, second.history["loss"][:2] == first.history["loss"]
    ([0, 1, 2], True)
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        every: str = "1 epoch",
        *,
        keep: int = 3,
        monitor: str = "val_loss",
        mode: str = "auto",
        background: bool = True,
        signals: bool = True,
    ) -> None:
        super().__init__()
        if not isinstance(directory, str | os.PathLike) or not os.fspath(directory):
            raise invalid_argument("directory", "a path", directory)
        if not is_integer(keep, at_least=1):
            raise invalid_argument("keep", "an int >= 1", keep)
        if not isinstance(monitor, str) or not monitor:
            raise invalid_argument("monitor", "a key of `logs`", monitor)
        if mode not in _MODES:
            raise invalid_argument("mode", '"auto", "min" or "max"', mode)
        self.directory = Path(directory)
        larger = is_larger_better(monitor, mode)
        self._settings = Settings(Frequency.parse(every), keep, monitor, larger, background, signals)
        self._fits = 0
        self._session: Session | None = None

    @property
    def resumed_from(self) -> Path | None:
        """The checkpoint that the latest `fit` went on from; None where it began."""
        return None if self._session is None or self._session.resumed is None else self._session.resumed.path

    @property
    def goodput(self) -> Goodput | None:
        """The share of the steps and of the time that trained, over all processes; None before `fit`."""
        return None if self._session is None else self._session.goodput()

    def restore_best(self, model: keras.Model) -> Path:
        """Gives a model the variables of the best checkpoint of the latest `fit`, and returns which one that is.

        Args:
            model: built and compiled as the one that was trained.

        Raises:
            InvalidArgumentError: no epoch has ended in a checkpoint yet.
            CheckpointError: the checkpoint is damaged, or of another model.
        """
        number = max(1, self._fits)
        store = CheckpointStore(self.directory / f"fit_{number}", 1, self._settings.larger_is_better)
        path = store.best()
        if path is None:
            raise InvalidArgumentError(f"There must be a checkpoint of an epoch. Received: none in {store.directory}")
        TrainingState(model, []).restore_variables(read_archive(path))
        return path

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        callbacks, iterator = running_fit()
        if callbacks is None:
            raise InvalidArgumentError("A Checkpoint must be given to `fit`. Received: a call from elsewhere")
        if self._session is not None and self._session.callbacks is callbacks and not self._session.closed:
            return  # called again, as the list of callbacks has a new first one
        if self._session is not None and not self._session.closed:
            self._session.close()
        events = EventFiles(with_nested(callbacks.callbacks))
        directory = self.directory / f"fit_{self._fits + 1}"
        self._session = Session(self.model, callbacks, iterator, events, directory, self._settings)
        _surround(callbacks, self._session, self)

    # Without these two, Keras may call callbacks from other threads, in no order.
    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        return

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        return

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        return

    def close(self) -> None:
        """Ends what a `fit` that was left in an exception has begun: the directory and the signals are free again."""
        if self._session is not None and not self._session.closed:
            self._session.close()

    def has_ended(self) -> None:
        """Called when a `fit` has come to its end: the next one is another training."""
        self._fits += 1


class _First(keras.callbacks.Callback):
    """Comes before all other callbacks."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._session.begin_batch()

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._session.begin_validation()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._session.complete_logs(logs)


class _Last(keras.callbacks.Callback):
    """Comes after all other callbacks."""

    def __init__(self, session: Session, owner: Checkpoint) -> None:
        super().__init__()
        self._session, self._owner = session, owner

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        own = (_First, _Last, Checkpoint, keras.callbacks.ProgbarLogger)
        others = with_nested(self._session.callbacks.callbacks)
        self._session.begin([callback for callback in others if not isinstance(callback, own)])

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._session.begin_epoch(epoch)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._session.end_batch(logs)

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._session.end_validation_batch()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._session.end_epoch(epoch, logs)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        callbacks = self._session.callbacks.callbacks
        callbacks[:] = [callback for callback in callbacks if not isinstance(callback, _First | _Last)]
        self._owner.has_ended()
        self._session.end()


def _surround(callbacks: Any, session: Session, owner: Checkpoint) -> None:
    """Puts the first and the last callback in their places, while the list is being told that training begins."""
    earlier = [callback for callback in callbacks.callbacks if isinstance(callback, _First | _Last)]
    for callback in earlier:
        callbacks.callbacks.remove(callback)
    first, last = _First(session), _Last(session, owner)
    for callback in (first, last):
        callback.set_params(callbacks.params)
        callback.set_model(callbacks.model)
    callbacks.callbacks.insert(0, first)
    callbacks.callbacks.append(last)
