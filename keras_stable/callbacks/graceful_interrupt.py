"""GracefulInterrupt: Ctrl-C takes effect between two batches."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

from keras_stable.callbacks.checked_callback import CheckedCallback


class GracefulInterrupt(CheckedCallback):
    """Raises the `KeyboardInterrupt` of Ctrl-C at the end of a batch, where the model's weights are whole.

    Python raises it wherever it stands, and inside TensorFlow's own threads that can end the process with a
    segmentation fault. As a context manager around `fit` this callback holds the signal back until the batch has
    ended; a second Ctrl-C acts at once. Outside the main thread, where Python delivers no signal, it does
    nothing. It writes no key into `logs`.

    >>> import keras
    >>> import numpy as np
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> with GracefulInterrupt() as interrupt:
    ...     history = model.fit(np.ones((8, 1)), np.ones((8, 1)), verbose=0, callbacks=[interrupt])
    """

    def __init__(self) -> None:
        super().__init__()
        self._asked = False
        self._previous: Any = None

    def __enter__(self) -> Self:
        self._asked = False
        if threading.current_thread() is threading.main_thread():
            self._previous = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)
            self._previous = None
        # A signal that came after the last batch is not lost.
        if kind is None:
            self._obey()

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True

    def _obey(self) -> None:
        if self._asked:
            raise KeyboardInterrupt

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._obey()

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._obey()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._obey()
