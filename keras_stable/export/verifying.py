"""`verify`: an export is what it was: every file by its SHA-256, and its proof repeated."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_stable.errors import ExportError, invalid_argument
from keras_stable.export.card import CARD
from keras_stable.export.manifest import MANIFEST, check_manifest
from keras_stable.export.optional import require
from keras_stable.export.proof import FILES, prove
from keras_stable.export.stored_proof import read_proof
from keras_stable.export.version_directory import existing_versions
from keras_stable.imports import first_line


@dataclass(frozen=True)
class Verified:
    """A version that is what it was.

    Attributes:
        path: its directory.
        files: how many files have the SHA-256 of the manifest.
        largest_difference: of the answers to those of the model; None where the proof could not be repeated.
        reason: why it could not; else "".
    """

    path: Path
    files: int
    largest_difference: float | None
    reason: str = ""


def verify(path: str | os.PathLike[str]) -> list[Verified]:
    """Checks the versions of an export against their manifests, and repeats their proofs on made-up inputs.

    A proof is repeated in a fresh process without Keras, where the library of the format is installed.

    Args:
        path: the directory of the versions, or of one of them.

    Returns:
        One `Verified` for each version, in rising order.

    Raises:
        InvalidArgumentError: there is no export.
        ExportError: a file is missing, altered or new, or an answer differs by more than 1e-5.
    """
    directory = Path(path)
    numbered = [directory / str(number) for number in existing_versions(directory)]
    alone = (directory / MANIFEST).is_file() or (directory / CARD).is_file()
    versions = [directory] if alone else numbered
    if not versions:
        raise invalid_argument("path", "the directory of an export", str(directory))
    return [_verified(version) for version in versions]


def _verified(directory: Path) -> Verified:
    files = check_manifest(directory)
    form = _form(directory)
    cases, expected = read_proof(directory)
    try:
        require(form)
    except ExportError as error:
        return Verified(directory, files, None, str(error))
    return Verified(directory, files, prove(directory, cases, expected, form=form).largest_difference)


def _form(directory: Path) -> str:
    try:
        card: Any = json.loads((directory / CARD).read_text(encoding="utf-8"))
        form = card["format"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ExportError(f"{directory / CARD} must be a card. Received: {first_line(error)}") from error
    if form not in FILES:
        raise ExportError(f"{directory / CARD} must name one of {', '.join(FILES)}. Received: {form!r}")
    return str(form)
