"""`BackgroundWriter`: one thing at a time is written beside the training."""

import threading
from collections.abc import Callable


class BackgroundWriter:
    """Runs jobs in a thread, one after the other; what a job raises is handed out by the next call.

    >>> done = []
    >>> writer = BackgroundWriter()
    >>> writer.submit(lambda: done.append(1))
    >>> writer.wait(), done
    (None, [1])
    """

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._error: Exception | None = None

    @property
    def busy(self) -> bool:
        """Whether a job is running."""
        return self._thread is not None and self._thread.is_alive()

    def submit(self, job: Callable[[], object]) -> Exception | None:
        """Starts a job, after the one before has ended, and returns what that raised."""
        error = self.wait()
        # No daemon: Python waits for it at its end, so that a script's last checkpoint is whole.
        self._thread = threading.Thread(target=self._run, args=(job,), name="keras_stable-checkpoint")
        self._thread.start()
        return error

    def wait(self) -> Exception | None:
        """Waits until nothing is running, and returns what the last job raised."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        error, self._error = self._error, None
        return error

    def _run(self, job: Callable[[], object]) -> None:
        try:
            job()
        except Exception as error:  # noqa: BLE001 - handed to the thread that trains
            self._error = error
