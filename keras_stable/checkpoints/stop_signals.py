"""`StopSignals`: SIGTERM and SIGINT wait until the weights are whole, and a second one does not."""

import os
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_PATIENCE_SECONDS = 9.0


class StopSignals:
    """Takes the two signals while a `fit` runs in the main thread; elsewhere it does nothing.

    The first one is kept in `received`, for whoever looks between two batches. The second ends the process at once,
    with 128 + its number, as the first SIGTERM does where the training has not ended within 9 seconds.

    Args:
        is_training: called with the frame that a signal interrupts; returns whether the `fit` is still going on. Where
            it has ended in an exception, the signal does what it did before.

    Attributes:
        received: the signal's number, or None.
    """

    def __init__(self, is_training: Callable[[FrameType | None], bool]) -> None:
        self._is_training = is_training
        self._previous: dict[int, Any] = {}
        self._watcher: _Watcher | None = None
        self.received: int | None = None

    def take(self) -> None:
        """Begins to take them."""
        if threading.current_thread() is threading.main_thread():
            self._previous = {number: signal.signal(number, self._receive) for number in _SIGNALS}
            self._watcher = _Watcher(self._is_handled_here)
            _TAKING.add(self)

    def release(self) -> None:
        """Has them do what they did before."""
        _TAKING.discard(self)
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None
        previous, self._previous = self._previous, {}
        for number, handler in previous.items():
            # One that was not set from Python cannot be set from there.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def raise_received(self) -> None:
        """Ends the training as the signal asks: with exit code 143 for SIGTERM, by KeyboardInterrupt for SIGINT."""
        self.release()
        if self.received == signal.SIGTERM:
            raise SystemExit(128 + self.received)
        if self.received == signal.SIGINT:
            raise KeyboardInterrupt

    def _is_handled_here(self, number: int) -> bool:
        # After a `fit` that was left in an exception another handler may have come: the signal is for that one.
        return signal.getsignal(number) == self._receive

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if not self._is_training(frame):
            self.release()
            signal.raise_signal(number)
        elif self.received is not None:
            os._exit(128 + number)
        else:
            self.received = number


# Those that take signals now.
_TAKING: set[StopSignals] = set()


def _leave_to_parent() -> None:
    """Has a process that was forked, to load data as a rule, take signals as before: its parent trains, and not it.

    A signal to the child would otherwise be heard by the parent's watcher, whose socket both have.
    """
    for signals in list(_TAKING):
        signals.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)


class _Watcher:
    """A thread that hears of signals at once: Python tells the main thread only after a step of TensorFlow."""

    def __init__(self, is_handled_here: Callable[[int], bool]) -> None:
        self._is_handled_here = is_handled_here
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        self._timer = threading.Timer(_PATIENCE_SECONDS, os._exit, (128 + signal.SIGTERM,))
        self._timer.daemon = True
        self._closed = False
        self._previous = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        threading.Thread(target=self._watch, name="keras_stable-signals", daemon=True).start()

    def close(self) -> None:
        self._closed = True
        self._timer.cancel()
        signal.set_wakeup_fd(self._previous)
        self._writer.close()

    def _watch(self) -> None:
        received = 0
        while numbers := self._reader.recv(16):
            for number in numbers:
                if self._closed or number not in _SIGNALS or not self._is_handled_here(number):
                    continue
                received += 1
                if received > 1:
                    os._exit(128 + number)
                if number == signal.SIGTERM:
                    self._timer.start()
        self._reader.close()
