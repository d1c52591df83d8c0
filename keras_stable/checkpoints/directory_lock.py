"""`DirectoryLock`: one process at a time writes in a directory."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, ClassVar

from keras_stable.errors import InvalidArgumentError, invalid_argument

try:
    import fcntl
except ImportError:  # not on Windows: there, two processes are not kept apart
    fcntl = None  # type: ignore[assignment]

_NAME = "lock"


class DirectoryLock:
    """A lock on a directory, which ends with its process in whatever way that dies.

    In one process a later lock takes over from an earlier one: the training that held it is over.

    Args:
        directory: made where it is missing.

    Raises:
        InvalidArgumentError: another process holds it, or the directory cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     lock = DirectoryLock(Path(directory))
    ...     is_locked(Path(directory)), lock.release()
    (False, None)
    """

    _held: ClassVar[dict[str, "DirectoryLock"]] = {}

    def __init__(self, directory: Path) -> None:
        self.path = directory / _NAME
        self._key = os.path.realpath(self.path)
        earlier = self._held.get(self._key)
        if earlier is not None:
            earlier.release()
        with writing_errors(directory):
            directory.mkdir(parents=True, exist_ok=True)
            self._file: IO[str] | None = self.path.open("a+", encoding="utf-8")
        if not _lock(self._file):
            self._file.close()
            must_be = "that of one training at a time; another process trains there"
            raise invalid_argument("directory", must_be, str(directory))
        self._held[self._key] = self

    @property
    def held(self) -> bool:
        """Whether nobody has taken over."""
        return self._file is not None

    def release(self) -> None:
        """Lets others have the directory."""
        if self._file is not None:
            self._file.close()
            self._file = None
            self._held.pop(self._key, None)


@contextmanager
def writing_errors(directory: Path) -> Iterator[None]:
    """Raises InvalidArgumentError where something cannot be written in the directory of the checkpoints."""
    try:
        yield
    except OSError as error:
        received = f"{directory} ({error.strerror or error})"
        must_be = "The directory of the checkpoints must be writable."
        raise InvalidArgumentError(f"{must_be} Received: {received}") from error


def is_locked(directory: Path) -> bool:
    """Returns whether another process trains in a directory."""
    path = directory / _NAME
    if not path.is_file() or os.path.realpath(path) in DirectoryLock._held:
        return False
    with path.open("a+", encoding="utf-8") as file:
        return not _lock(file)


def _lock(file: IO[str]) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
