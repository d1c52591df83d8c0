"""`manifest.json`: the SHA-256 of every file of an export."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from keras_stable.errors import ExportError

MANIFEST = "manifest.json"
_BLOCK = 2**20


def file_hash(path: Path) -> str:
    """Returns the SHA-256 of a file in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def hashes(directory: Path) -> dict[str, str]:
    """Returns the SHA-256 of every file below a directory but the manifest, by relative path, in sorted order."""
    return {name: file_hash(directory / name) for name in sorted(_names(directory)) if name != MANIFEST}


def write_manifest(directory: Path) -> None:
    """Writes the manifest of what a directory holds."""
    content = {"sha256": hashes(directory)}
    (directory / MANIFEST).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def check_manifest(directory: Path) -> int:
    """Checks every file of a directory against its manifest.

    Returns:
        How many files it has.

    Raises:
        ExportError: the manifest is missing or no such file, or files are missing, altered, or not named in it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     directory = Path(name)
    ...     _ = (directory / "weights").write_text("1 2 3")
    ...     write_manifest(directory)
    ...     check_manifest(directory)
    1
    """
    wanted = _read(directory)
    present = {name for name in _names(directory) if name != MANIFEST}
    wrong = {f"{name} is missing" for name in wanted.keys() - present}
    wrong |= {f"{name} is not in the manifest" for name in present - wanted.keys()}
    wrong |= {f"{name} was altered" for name in present & wanted.keys() if file_hash(directory / name) != wanted[name]}
    if wrong:
        raise ExportError(f"{directory} must be as it was exported. Received: {'; '.join(sorted(wrong))}")
    return len(wanted)


def _read(directory: Path) -> dict[str, str]:
    path = directory / MANIFEST
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        wanted = content["sha256"]
        if not all(isinstance(name, str) and isinstance(value, str) for name, value in wanted.items()):
            raise TypeError("other values than text")
    except FileNotFoundError as error:
        raise ExportError(f"{directory} must be an export with a file {MANIFEST}. Received: none") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ExportError(f"{path} must be the manifest of an export. Received: {type(error).__name__}") from error
    return dict(wanted)


def _names(directory: Path) -> Iterator[str]:
    for path in directory.rglob("*"):
        # A link is a file here, wherever it leads.
        if path.is_symlink() or not path.is_dir():
            yield path.relative_to(directory).as_posix()
