"""The inside of a process that `OwnProcesses` starts: it makes one call, and ends with its caller."""

import contextlib
import importlib
import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

from keras_stable.imports import first_line
from keras_stable.reporting.temporary_path import TemporaryPath
from keras_stable.runs.own_process import ProcessEndedError


def serve() -> None:
    """Makes one call, in the process that was started for it."""
    requests = sys.stdin.buffer
    with _without_messages():
        for module in pickle.load(requests):
            importlib.import_module(module)
    try:
        result, function, arguments = pickle.load(requests)
    except EOFError:  # the caller has ended, or needs no further call
        return
    threading.Thread(target=_end_with_the_caller, daemon=True).start()
    content = outcome(function, arguments)
    with TemporaryPath(result) as temporary:
        temporary.write_bytes(content)


def outcome(function: Callable[..., Any], arguments: tuple[Any, ...]) -> bytes:
    """Returns a pickled pair: whether a function returned, and what it returned or raised."""
    try:
        return pickle.dumps((True, function(*arguments)))
    except Exception as error:  # noqa: BLE001 - the caller gets to see it
        try:
            content = pickle.dumps((False, error))
            pickle.loads(content)
        except Exception:  # noqa: BLE001 - exceptions of any library need not be picklable
            return pickle.dumps((False, ProcessEndedError(first_line(error))))
        return content


def _end_with_the_caller() -> None:
    # The other end of the pipe is closed when the caller ends, however it does. Read without the lock of sys.stdin.
    while os.read(0, 1):
        pass
    os._exit(1)


@contextlib.contextmanager
def _without_messages() -> Iterator[None]:
    """Silences what TensorFlow writes about the machine whenever it is imported; an exception is not silenced."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
