"""Zip archives from others (`.keras`, `.npz`), looked at before anything in them is unpacked."""

import os
import struct
import tokenize
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, Any

import numpy as np

from keras_stable.errors import InvalidArgumentError

_LARGE, _MOST_DENSE = 2**28, 200
"""A member above 256 MiB that is packed to less than a 200th of its size is a bomb; weights and data never are."""
_LONGEST_HEADER = 10_000
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, KeyError, TypeError),
    *(NotImplementedError, RuntimeError, SyntaxError, MemoryError, OverflowError, tokenize.TokenError),
)
"""What the standard library and NumPy raise for archives and arrays that are none."""


def check_zip(path: str | os.PathLike[str], argument: str) -> None:
    """Checks that an archive unpacks to what it says, and to nowhere else.

    A file that is broken is left to whoever reads it.

    Args:
        path: of the archive.
        argument: what to call it in a message.

    Raises:
        InvalidArgumentError: it has a member whose name leads out of it or comes twice, or is a bomb.
    """
    with _opened(path) as archive:
        _check_members(archive, path, argument)


def check_npz(path: str | os.PathLike[str], argument: str) -> None:
    """Checks an `.npz` file as `check_zip`, and that each array has the bytes that its header says.

    NumPy makes room for the array of a header before it reads it, however large.

    Raises:
        InvalidArgumentError: as `check_zip`, or a header says what is not there.
    """
    with _opened(path) as archive:
        _check_members(archive, path, argument)
        for member in _members(archive):
            if member.filename.endswith(".npy"):
                _check_array(archive, member, path, argument)


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[zipfile.ZipFile | None]:
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN:
        yield None
        return
    with archive:
        yield archive


def _members(archive: zipfile.ZipFile | None) -> list[zipfile.ZipInfo]:
    return [] if archive is None else archive.infolist()


def _check_members(archive: zipfile.ZipFile | None, path: str | os.PathLike[str], argument: str) -> None:
    names = Counter(member.filename for member in _members(archive))
    for member in _members(archive):
        name = member.filename.replace("\\", "/")
        if name.startswith("/") or ":" in name.split("/")[0] or ".." in PurePosixPath(name).parts:
            raise _error(argument, "an archive whose files stay inside of it", path, f"a file {member.filename!r}")
        if names[member.filename] > 1:
            raise _error(argument, "an archive with one file of each name", path, f"two files {member.filename!r}")
        if member.file_size > max(_LARGE, _MOST_DENSE * member.compress_size):
            size = f"{member.filename!r} of {member.file_size:,} bytes in {member.compress_size:,}"
            raise _error(argument, "an archive that is no bomb", path, size)


def _check_array(archive: Any, member: zipfile.ZipInfo, path: str | os.PathLike[str], argument: str) -> None:
    try:
        with archive.open(member) as file:
            length, dtype = _declared(file)
            expected = file.tell() + length
    except BROKEN:
        return
    # Objects are pickled, which whoever reads the file refuses.
    if not dtype.hasobject and expected > member.file_size:
        size = f"{member.filename} of {member.file_size:,} bytes, whose header says {expected:,}"
        raise _error(argument, "a file of arrays that are whole", path, size)


def _declared(file: IO[bytes]) -> tuple[int, Any]:
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(file, max_header_size=_LONGEST_HEADER)
    length = dtype.itemsize
    # In Python's integers, which do not wrap around.
    for size in shape:
        length *= int(size)
    return length, dtype


def _error(argument: str, must_be: str, path: str | os.PathLike[str], received: str) -> InvalidArgumentError:
    line = " ".join(received.split())
    return InvalidArgumentError(f"`{argument}` must be {must_be}. Received: {argument}={os.fspath(path)!r}, {line}")
