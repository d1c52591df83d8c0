"""The files that callbacks write while they train, set back to where a checkpoint found them."""

import os
import re
import socket
import time
from pathlib import Path
from typing import Any

import keras

from keras_stable.errors import CheckpointError
from keras_stable.reporting.temporary_path import TemporaryPath

_EVENTS = "tfevents"
_PARTS = ("", "train", "validation")
_BEGAN = int(time.time())
# Those that a `fit` of this process has had, which may be over.
_of_earlier_fits: set[Path] = set()


def this_process() -> str:
    """Returns what the name of an event file says of the process that writes it."""
    return f".{socket.gethostname()}.{os.getpid()}"


class EventFiles:
    """The TensorBoard files in the log directories of some callbacks.

    Args:
        callbacks: list of callbacks; those with a `log_dir` count.
    """

    def __init__(self, callbacks: list[Any]) -> None:
        self._callbacks = [callback for callback in callbacks if _log_directory(callback) is not None]
        self._there_before = {path for path in self._files().values() if not _is_new(path)}

    def flush(self) -> None:
        """Has everything that was logged so far written."""
        for callback in self._callbacks:
            for writer in _writers(callback):
                writer.flush()

    def sizes(self) -> dict[str, int]:
        """Returns how many bytes each file has, by a name that holds wherever the directories lie."""
        files = self._files()
        _of_earlier_fits.update(files.values())
        return {name: path.stat().st_size for name, path in files.items()}

    def set_back(self, sizes: Any, processes: list[str]) -> None:
        """Cuts the files that were there before this `fit` to what they were at a checkpoint.

        Those that the checkpoint does not know are deleted where one of these processes wrote them.

        Args:
            sizes: what `sizes` returned then.
            processes: list of str, what `this_process` returned in the processes of this training.

        Raises:
            CheckpointError: `sizes` is none of that.
        """
        if not isinstance(sizes, dict) or not all(type(size) is int and size >= 0 for size in sizes.values()):
            raise CheckpointError("The checkpoint does not say how long the event files were")
        for name, path in self._files().items():
            if path not in self._there_before:
                continue
            if name in sizes:
                _cut(path, sizes[name])
            elif any(f"{process}." in f"{path.name}." for process in processes):
                path.unlink()

    def _files(self) -> dict[str, Path]:
        files: dict[str, Path] = {}
        for index, callback in enumerate(self._callbacks):
            for part in _PARTS:
                directory = Path(_log_directory(callback) or "", part)
                for path in sorted(directory.glob(f"*{_EVENTS}*")) if directory.is_dir() else ():
                    if path.is_file() and path not in files.values():
                        files[f"{index}/{part}/{path.name}"] = path
        return files


def _is_new(path: Path) -> bool:
    """Returns whether the present `fit` has made a file: another process may have had the same number."""
    time_of_name = re.search(rf"{_EVENTS}\.(\d+)", path.name)
    own = f"{this_process()}." in f"{path.name}." and time_of_name is not None and int(time_of_name[1]) >= _BEGAN
    return own and path not in _of_earlier_fits


def _log_directory(callback: Any) -> str | None:
    directory = getattr(callback, "log_dir", None)
    return os.fspath(directory) if isinstance(directory, str | os.PathLike) else None


def _writers(callback: Any) -> list[Any]:
    """Returns the writers that a callback has open, by itself or by name."""
    held: list[Any] = []
    for value in vars(callback).values():
        held += value.values() if type(value) is dict else [value]
    return [writer for writer in held if callable(getattr(writer, "flush", None))]


def _cut(path: Path, size: int) -> None:
    """Shortens a file in a copy: whoever has it open still, in this process, then writes to nobody's file."""
    if path.stat().st_size <= size:
        return
    with path.open("rb") as file:
        content = file.read(size)
    with TemporaryPath(path) as temporary:
        temporary.write_bytes(content)


def read_csv(callback: keras.callbacks.CSVLogger) -> str | None:
    """Returns what a CSVLogger has written so far, as it keeps it in its file."""
    path = Path(callback.filename)
    return path.read_bytes().decode() if path.is_file() else None


def set_csv(callback: keras.callbacks.CSVLogger, text: Any) -> None:
    """Has a CSVLogger, whose training has begun, go on after a text.

    Raises:
        CheckpointError: it is no text.
    """
    if text is None:
        return
    if not isinstance(text, str):
        raise CheckpointError("The checkpoint does not say what the CSV file held")
    if callback.csv_file is not None and not callback.csv_file.closed:
        callback.csv_file.close()
    with TemporaryPath(callback.filename) as temporary:
        temporary.write_bytes(text.encode())
    callback.csv_file = open(callback.filename, "a", encoding="utf-8")  # noqa: SIM115 - the callback closes it
    callback.append_header = not text
