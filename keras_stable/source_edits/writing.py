"""A changed source file, written whole or not at all, with the old one beside it."""

import codecs
import os
import shutil
import subprocess
import tokenize
from pathlib import Path

from keras_stable.errors import InvalidArgumentError
from keras_stable.reporting.temporary_path import TemporaryPath


def check_source(file: str | os.PathLike[str], force: bool = False) -> None:
    """Checks that a file can be changed, without changing it.

    Args:
        file: its path.
        force: bool, whether changes that git does not know yet may be lost sight of.

    Raises:
        InvalidArgumentError: it cannot be written, or has changes that are not committed.
    """
    path = Path(file)
    if not path.is_file() or not os.access(path, os.W_OK) or not os.access(path.resolve().parent, os.W_OK):
        raise _unwritable(file, "which cannot be written")
    if not force and is_dirty(path):
        raise _unwritable(file, "which has changes that are not committed: commit them, or give --force")


def is_dirty(path: Path) -> bool:
    """Returns whether git tracks a file and has not got its present text; False without git."""
    home = path.resolve().parent
    try:
        done = subprocess.run(
            ["git", "-C", str(home), "status", "--porcelain", "--untracked-files=no", "--", path.resolve().name],
            capture_output=True,
            text=True,
        )
    except OSError:
        return False
    return done.returncode == 0 and bool(done.stdout.strip())


def write_source(file: str | os.PathLike[str], text: str) -> Path:
    """Writes a Python or YAML file in the encoding, with the newlines and the permissions that it has.

    Args:
        file: its path; of a link, what it points to is written.
        text: str, with its own newlines.

    Returns:
        The path of the copy of the old file: with ".orig" behind its name, and a number where there is one already.

    Raises:
        InvalidArgumentError: it cannot be written; then it is as it was.
    """
    path = Path(file).resolve()
    try:
        old = path.read_bytes()
        content = text.encode(encoding_of(path))
        backup = _free(path)
        # A copy, and no link, so that the permissions go with it.
        shutil.copy2(path, backup)
        with TemporaryPath(path) as temporary:
            temporary.write_bytes(content)
            shutil.copymode(path, temporary)
            if path.read_bytes() != old:
                raise _unwritable(file, "which has changed in the meantime")
    except (OSError, UnicodeEncodeError) as error:
        raise _unwritable(file, f"({error})") from error
    return backup


def encoding_of(path: Path) -> str:
    """Returns the encoding that a Python file says that it is in; "utf-8" for other files."""
    if path.suffix != ".py":
        return "utf-8-sig" if path.read_bytes().startswith(codecs.BOM_UTF8) else "utf-8"
    with path.open("rb") as stream:
        return tokenize.detect_encoding(stream.readline)[0]


def _free(path: Path) -> Path:
    candidate, number = path.with_name(f"{path.name}.orig"), 2
    while candidate.exists():
        candidate = path.with_name(f"{path.name}.orig{number}")
        number += 1
    return candidate


def _unwritable(file: str | os.PathLike[str], why: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"`--write` must have a file that can be changed. Received: {os.fspath(file)}, {why}")
