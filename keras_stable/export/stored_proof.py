"""`proof.npz`: made-up inputs of an export with the answers of its model, so that the proof can be repeated."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from keras_stable.errors import ExportError
from keras_stable.export.proof import Case
from keras_stable.imports import first_line

PROOF = "proof.npz"


def write_proof(directory: Path, cases: Mapping[str, Case], expected: Mapping[str, Mapping[str, Case]]) -> None:
    """Writes inputs and answers. They hold no sample of the data, for an export may go to others than the data."""
    arrays: dict[str, Any] = {
        f"in|{case}|{name}": array for case, named in cases.items() for name, array in named.items()
    }
    for case, signatures in expected.items():
        for signature, answers in signatures.items():
            arrays |= {f"out|{case}|{signature}|{name}": _plain(array) for name, array in answers.items()}
    np.savez_compressed(directory / PROOF, **arrays)


def read_proof(directory: Path) -> tuple[Mapping[str, Case], Mapping[str, Mapping[str, Case]]]:
    """Returns what `write_proof` was given.

    Raises:
        ExportError: the file is missing or broken.
    """
    cases: dict[str, dict[str, np.ndarray]] = {}
    expected: dict[str, dict[str, dict[str, np.ndarray]]] = {}
    try:
        with np.load(directory / PROOF, allow_pickle=False) as archive:
            for key in archive.files:
                kind, case, rest = key.split("|", 2)
                if kind == "in":
                    cases.setdefault(case, {})[rest] = archive[key]
                else:
                    signature, name = rest.split("|", 1)
                    expected.setdefault(case, {}).setdefault(signature, {})[name] = archive[key]
    except Exception as error:
        raise ExportError(f"{directory / PROOF} must be a proof. Received: {first_line(error)}") from error
    return cases, expected


def _plain(array: np.ndarray) -> np.ndarray:
    """Returns text as bytes of one length, which need no pickle."""
    return (
        array
        if array.dtype.kind != "O"
        else np.array([bytes(text) for text in array.ravel()], "S").reshape(array.shape)
    )
