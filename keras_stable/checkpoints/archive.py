"""One checkpoint on disk: a directory with `checkpoint.json` and `arrays.npz`, which is whole or not there."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from keras_stable import __version__
from keras_stable.checkpoints.arrays_file import read_arrays, write_arrays
from keras_stable.errors import CheckpointError
from keras_stable.reporting.temporary_path import TemporaryPath

FORMAT = 1
_STATE, _ARRAYS = "checkpoint.json", "arrays.npz"


@dataclass(frozen=True)
class Archive:
    """What one checkpoint holds.

    Attributes:
        path: where it lies.
        state: dict of plain JSON values.
        arrays: dict of str to array, which `state` names.
    """

    path: Path
    state: dict[str, Any]
    arrays: dict[str, np.ndarray]


def write_archive(path: Path, state: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
    """Writes a checkpoint: all of it appears at `path` in one step, after it has reached the disk.

    Args:
        path: the directory to make; what lies there is replaced.
        state: mapping of plain JSON values.
        arrays: mapping of names to arrays, or to tensors.

    Raises:
        OSError: it cannot be written; nothing is left of it.
    """
    temporary = TemporaryPath(path)
    directory = temporary.create()
    try:
        directory.mkdir()
        with (directory / _ARRAYS).open("wb") as file:
            sha256, size = write_arrays(file, arrays)
            _to_disk(file)
        content = {"format": FORMAT, "keras_stable": __version__, "arrays": {"sha256": sha256, "bytes": size}}
        content["state"] = dict(state)
        content["sha256"] = _digest(content)
        with (directory / _STATE).open("w", encoding="utf-8") as text:
            json.dump(content, text, allow_nan=False)
            _to_disk(text)
        _validate(directory, size)
        _make_way(path)
        temporary.finalize()
        _sync_directory(path.parent)
    finally:
        temporary.discard()


def read_archive(path: Path) -> Archive:
    """Reads a checkpoint and proves it against its SHA-256.

    Raises:
        CheckpointError: it is damaged, or of a newer version (`NewerFormatError`).
    """
    content = _content(path)
    try:
        with (path / _ARRAYS).open("rb") as file:
            received = hashlib.file_digest(file, "sha256").hexdigest()
            if received != content["arrays"]["sha256"]:
                raise CheckpointError(f"{path / _ARRAYS} is not what was written: its SHA-256 differs")
            file.seek(0)
            return Archive(path, content["state"], read_arrays(file))
    except OSError as error:
        raise CheckpointError(f"{path / _ARRAYS} cannot be read ({error.strerror or error})") from error


def read_state(path: Path) -> dict[str, Any]:
    """Returns the plain values of a checkpoint; its arrays are not looked at.

    Raises:
        CheckpointError: it is damaged, or of a newer version.
    """
    return _content(path)["state"]


class NewerFormatError(CheckpointError):
    """A checkpoint that a newer version of keras_stable has written."""


def _content(path: Path) -> dict[str, Any]:
    file = path / _STATE
    try:
        content = json.loads(file.read_bytes())
    except OSError as error:
        raise CheckpointError(f"{file} cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{file} is no JSON") from error
    written = content.get("format") if isinstance(content, dict) else None
    if not isinstance(written, int) or isinstance(written, bool):
        raise CheckpointError(f"{file} is no checkpoint")
    if written > FORMAT:
        by = content.get("keras_stable")
        raise NewerFormatError(
            f"{path} has format {written}, of keras_stable {by}; keras_stable {__version__} reads up to {FORMAT}: "
            "go on with the version that wrote it"
        )
    try:
        digest = content.pop("sha256", None)
        whole = digest == _digest(content)
    except (ValueError, RecursionError):
        whole = False
    if not whole:
        raise CheckpointError(f"{file} is not what was written: its SHA-256 differs")
    arrays, state = content.get("arrays"), content.get("state")
    if not isinstance(arrays, dict) or not isinstance(arrays.get("sha256"), str) or not isinstance(state, dict):
        raise CheckpointError(f"{file} is no checkpoint")
    return content


def _digest(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _validate(directory: Path, size: int) -> None:
    """A full disk may show only in what is left of a file."""
    received = (directory / _ARRAYS).stat().st_size
    if received != size:
        raise OSError(f"{directory / _ARRAYS} has {received} bytes of {size}")
    _content(directory)


def _make_way(path: Path) -> None:
    if path.exists():
        former = TemporaryPath(path.with_name(f"former-{path.name}"))
        path.rename(former.create())
        former.discard()


def _to_disk(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    if hasattr(os, "O_DIRECTORY"):  # what it names is what has no other way to the disk
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
