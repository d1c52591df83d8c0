"""The file of a page, or of other text: written whole or not at all."""

import os
from pathlib import Path

from keras_stable.arguments import try_to_make
from keras_stable.errors import InvalidArgumentError, invalid_argument
from keras_stable.reporting.temporary_path import TemporaryPath


def check_page_path(path: str | os.PathLike[str], argument: str = "html") -> Path:
    """Returns the path of a page that can be written, without writing anything.

    Call it before a training, so that no training is lost to a bad path.

    Args:
        path: where the page is to be; an earlier file there is replaced.
        argument: str, what to call the path in a message.

    Raises:
        InvalidArgumentError: it is a directory or a device, or its directory cannot be made or written to.
    """
    resolved = Path(path).expanduser().resolve()
    # Replacing a device such as /dev/null would take it from the whole system.
    if resolved.exists() and not resolved.is_file():
        what = "a directory" if resolved.is_dir() else "not a regular file"
        raise invalid_argument(argument, f"a path for a file; {what} is there", os.fspath(path))
    try:
        try_to_make(TemporaryPath(resolved).path)
    except OSError as error:
        raise _unwritable(path, argument, error) from error
    return resolved


def write_page(path: str | os.PathLike[str], text: str, argument: str = "html") -> Path:
    """Writes a page, whole or not at all, and returns its absolute path.

    Args:
        path: where to; missing directories are made.
        text: str, what to write.
        argument: str, what to call the path in a message.

    Raises:
        InvalidArgumentError: as `check_page_path`, or the disk is full.
    """
    resolved = check_page_path(path, argument)
    try:
        with TemporaryPath(resolved) as temporary:
            # A path in a config may have bytes that no text has.
            temporary.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise _unwritable(path, argument, error) from error
    return resolved


def _unwritable(path: str | os.PathLike[str], argument: str, error: OSError) -> InvalidArgumentError:
    received = f"{argument}={os.fspath(path)!r} ({error.strerror or error})"
    return InvalidArgumentError(f"`{argument}` must be a path that can be written. Received: {received}")
