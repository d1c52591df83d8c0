"""Calls of functions, each in a process of its own: what a call sets, breaks or uses up ends with it."""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from keras_stable.errors import KerasStableError

# Run as a text and not as a module, so that the modules of the caller are found before anything is imported.
_START = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from keras_stable.runs.worker import serve; serve()"
)


class ProcessEndedError(KerasStableError):
    """A process that ended before its call had a result."""


class OwnProcesses:
    """Calls functions one after the other, each in a new process.

    TensorFlow keeps much for the whole process, such as deterministic operations, which cannot be switched off
    again, and the memory of a GPU. A new process starts with none of it, and takes nothing along when it crashes.
    It is spawned, never forked, for TensorFlow's threads do not survive a fork; it needs no `__main__` guard in the
    program that calls. Its imports cost some seconds, so the process of the next call makes them while this call runs.

    Ctrl-C reaches the caller alone, and leaving the context kills what still runs. When the caller is killed, so that
    it can kill nothing, the processes end by themselves.

    Args:
        calls: int; how many calls there will be, for no process is started in vain.
        preload: names of modules that every process imports before its call.

    >>> import math
    >>> with OwnProcesses(calls=1) as processes:
    ...     processes.call(math.sqrt, 16.0)
    4.0
    """

    def __init__(self, calls: int, preload: Sequence[str] = ()) -> None:
        self._to_start = calls
        self._preload = tuple(preload)
        self._started: list[subprocess.Popen[bytes]] = []
        self._directory: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        self._directory = tempfile.TemporaryDirectory(prefix="keras_stable-")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._started:
            _end(process)
        if self._directory is not None:
            self._directory.cleanup()

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Returns what a function returns in a new process.

        Args:
            function: a function of a module; it and its arguments are pickled.
            arguments: of the function.

        Raises:
            ProcessEndedError: the process was killed, crashed, or left by itself.
            Exception: what the function raised.
        """
        if not self._started:
            self._to_start = max(self._to_start, 1)
            self._start()
        process = self._started[0]
        assert self._directory is not None
        result = Path(self._directory.name, "result")
        result.unlink(missing_ok=True)
        # A process that has ended cannot be told anything; what it ended with is seen below.
        with contextlib.suppress(BrokenPipeError):
            _send(process, (result, function, arguments))
        self._start()
        process.wait()
        _end(self._started.pop(0))
        if not result.is_file():
            raise ProcessEndedError(_ending(process.returncode))
        returned, value = pickle.loads(result.read_bytes())
        if not returned:
            raise value
        return value

    def _start(self) -> None:
        if self._to_start <= 0:
            return
        self._to_start -= 1
        # A process inherits the mask: Ctrl-C in a terminal, which goes to all processes, is the caller's business.
        with _ctrl_c_held_back():
            process = subprocess.Popen([sys.executable, "-P", "-c", _START], stdin=subprocess.PIPE)
            self._started.append(process)
        with contextlib.suppress(BrokenPipeError):
            _send(process, [os.path.abspath(entry) for entry in sys.path])
            _send(process, self._preload)


def _send(process: subprocess.Popen[bytes], content: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(pickle.dumps(content))
    process.stdin.flush()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def _ending(returncode: int) -> str:
    if returncode >= 0:
        return f"The process of the run ended with exit code {returncode} and without a result"
    try:
        name = signal.Signals(-returncode).name
    except ValueError:
        name = f"signal {-returncode}"
    reason = ", as the system does when memory runs out" if name == "SIGKILL" else ""
    return f"The process of the run was ended by {name}{reason}"


@contextlib.contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
