"""CallbackGroup: several callbacks that a `fit` takes as one."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_stable.callbacks.checked_callback import CheckedCallback


class CallbackGroup(CheckedCallback):
    """Hands every call of `fit` on to callbacks, in their order; at the end of training in the opposite one.

    What one has put around the model, the next may have put something around, so the last is taken off first.
    It writes no key into `logs` beside those of its callbacks.

    Args:
        callbacks: those to run; the later ones see the keys of the earlier.

    >>> CallbackGroup([keras.callbacks.History()]).callbacks[0].__class__.__name__
    'History'
    """

    def __init__(self, callbacks: Sequence[keras.callbacks.Callback] = ()) -> None:
        super().__init__()
        self.callbacks = list(callbacks)
        self._of_batches = self.callbacks

    def set_model(self, model: Any) -> None:
        """Takes the model that is about to be trained, for all."""
        super().set_model(model)
        for callback in self.callbacks:
            callback.set_model(model)

    def set_params(self, params: dict[str, Any]) -> None:
        """Takes what `fit` was called with, for all."""
        super().set_params(params)
        for callback in self.callbacks:
            callback.set_params(params)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        for callback in self.callbacks:
            callback.on_train_begin(logs)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        # A call for each batch is worth saving.
        self._of_batches = [callback for callback in self.callbacks if _wants_batches(type(callback))]
        for callback in self.callbacks:
            callback.on_epoch_begin(epoch, logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        for callback in self._of_batches:
            callback.on_train_batch_end(batch, logs)

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        for callback in self.callbacks:
            callback.on_test_begin(logs)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        for callback in self.callbacks:
            callback.on_test_end(logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        for callback in self.callbacks:
            callback.on_epoch_end(epoch, logs)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        for callback in reversed(self.callbacks):
            callback.on_train_end(logs)


def _wants_batches(kind: type[keras.callbacks.Callback]) -> bool:
    names = ("on_train_batch_end", "on_batch_end")
    return any(getattr(kind, name) is not getattr(keras.callbacks.Callback, name) for name in names)
