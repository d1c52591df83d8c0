"""Named arrays in one `.npz` file, hashed while it is written and read without trust in it."""

import hashlib
import math
import zipfile
from collections.abc import Mapping
from typing import IO, Any, cast

import ml_dtypes
import numpy as np

from keras_stable.errors import CheckpointError

# NumPy's format has no name for these; their bytes are kept as integers, and their names beside.
_FOREIGN = ("bfloat16", "float8_e4m3fn", "float8_e4m3b11fnuz", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz")
_FOREIGN_TYPES = {name: np.dtype(getattr(ml_dtypes, name)) for name in _FOREIGN if hasattr(ml_dtypes, name)}
_MARK = "."  # no array's own name has one
_SUFFIX = ".npy"


class _HashingStream:
    """A file that can only be written on, and knows the SHA-256 of what was written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.sha256, self.size = file, hashlib.sha256(), 0

    def write(self, data: Any) -> int:
        self.sha256.update(data)
        written = self._file.write(data)
        self.size += written
        return written

    def flush(self) -> None:
        self._file.flush()


def write_arrays(file: IO[bytes], arrays: Mapping[str, Any]) -> tuple[str, int]:
    """Writes arrays, one after the other, and returns the SHA-256 of the file and its size in bytes.

    NumPy's `load` reads the file too. Each array is turned into one of NumPy only when its turn comes.

    >>> import io
    >>> file = io.BytesIO()
    >>> sha256, size = write_arrays(file, {"a": np.arange(3)})
    >>> read_arrays(file)["a"].tolist(), size == len(file.getvalue())
    ([0, 1, 2], True)
    """
    stream = _HashingStream(file)
    with zipfile.ZipFile(cast(IO[bytes], stream), "w", zipfile.ZIP_STORED) as archive:
        for name, value in arrays.items():
            array = np.asarray(value)
            foreign = array.dtype.name if array.dtype.name in _FOREIGN_TYPES else None
            if foreign is not None:
                array, name = array.view(f"uint{8 * array.dtype.itemsize}"), f"{name}{_MARK}{foreign}"
            with archive.open(zipfile.ZipInfo(name + _SUFFIX), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)
    return stream.sha256.hexdigest(), stream.size


def read_arrays(file: IO[bytes]) -> dict[str, np.ndarray]:
    """Returns the arrays of a file; nothing in it is run, and none takes more memory than the file has bytes.

    Raises:
        CheckpointError: it is no such file.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            return dict(_read(archive, info) for info in archive.infolist())
    except CheckpointError:
        raise
    # What the zip and the array readers of Python and NumPy raise on bytes that are none of theirs.
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, KeyError, NotImplementedError, RuntimeError) as error:
        raise CheckpointError(f"The arrays cannot be read ({error})") from error
    except (SyntaxError, TypeError, MemoryError, OverflowError, IndexError) as error:
        raise CheckpointError(f"The arrays cannot be read ({type(error).__name__})") from error


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[str, np.ndarray]:
    if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
        raise CheckpointError(f"The array {info.filename!r} is compressed, as none of a checkpoint is")
    with archive.open(info) as entry:
        version = np.lib.format.read_magic(entry)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = read(entry)
        data = entry.read()
    if dtype.hasobject:
        raise CheckpointError(f"The array {info.filename!r} holds Python objects, as none of a checkpoint does")
    if math.prod(shape) * dtype.itemsize != len(data):
        raise CheckpointError(f"The array {info.filename!r} is cut off")
    array = np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")
    name, _, foreign = info.filename.removesuffix(_SUFFIX).partition(_MARK)
    return name, array.view(_FOREIGN_TYPES[foreign]) if foreign else array
