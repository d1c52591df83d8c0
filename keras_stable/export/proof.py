"""Proves an export: a fresh process without Keras must compute what the model in memory computes."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from keras_stable.errors import ExportError
from keras_stable.export.comparing import TOLERANCE, compare
from keras_stable.imports import first_line

_TIMEOUT = 600.0
FILES = {"saved_model": ".", "onnx": "model.onnx", "litert": "model.tflite"}
"""Where each format lies in the directory of a version."""

Case = Mapping[str, np.ndarray]


@dataclass
class Proof:
    """What a proof came to.

    Attributes:
        largest_difference: of any answer; see `comparing.TOLERANCE`.
        cases: the largest difference of each case.
        unproven: cases that could not be compared, with the reason.
    """

    largest_difference: float = 0.0
    cases: dict[str, float] = field(default_factory=dict)
    unproven: dict[str, str] = field(default_factory=dict)


def prove(
    path: Path,
    cases: Mapping[str, Case],
    expected: Mapping[str, Mapping[str, Case]],
    *,
    form: str = "saved_model",
    excused: tuple[str, ...] = (),
    tolerance: float = TOLERANCE,
) -> Proof:
    """Compares an export with the answers of the model that it was made from.

    Args:
        path: directory of the export.
        cases: the inputs of each case, by name.
        expected: the answers of the model to each case, by signature and by name.
        form: "saved_model", "onnx" or "litert". Default "saved_model".
        excused: cases that the format may answer in its own way; a difference is noted, and no error. Default: none.
        tolerance: see `comparing.TOLERANCE`.

    Raises:
        ExportError: the process fails, or an answer is missing or off by more than `tolerance`.
    """
    proof = Proof()
    served = serve(path, cases, form)
    for case, signatures in expected.items():
        try:
            if f"{case}|error" in served:
                raise ExportError(f"The export must answer {case}. Received: {served[f'{case}|error']}")
            proof.cases[case] = max(
                compare(answers_of(served, case, signature), answers, case, tolerance)
                for signature, answers in signatures.items()
            )
        except ExportError as error:
            if case not in excused:
                raise
            proof.unproven[case] = str(error)
    proof.largest_difference = max(proof.cases.values(), default=0.0)
    return proof


def serve(path: Path, cases: Mapping[str, Case], form: str) -> dict[str, np.ndarray]:
    """Returns the answers of an export from a fresh process, called CASE|SIGNATURE|OUTPUT."""
    with tempfile.TemporaryDirectory() as directory:
        inputs, outputs = Path(directory) / "inputs.npz", Path(directory) / "outputs.npz"
        arrays: dict[str, Any] = {
            f"{case}|{name}": array for case, named in cases.items() for name, array in named.items()
        }
        np.savez(inputs, **arrays)
        script = Path(__file__).with_name("serve_without_keras.py")
        # -I keeps the current directory and PYTHONPATH out of the process.
        command = [sys.executable, "-I", str(script), form, str(path / FILES[form]), str(inputs), str(outputs)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
        except subprocess.TimeoutExpired as error:
            raise ExportError(f"The export must answer in a fresh process within {_TIMEOUT:.0f} s.") from error
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            raise ExportError(f"The export must load in a fresh process without Keras. Received: {last}")
        try:
            with np.load(outputs, allow_pickle=False) as served:
                return {name: served[name] for name in served.files}
        except (OSError, ValueError) as error:
            raise ExportError(f"The export must answer in a fresh process. Received: {first_line(error)}") from error


def answers_of(served: Mapping[str, np.ndarray], case: str, signature: str) -> dict[str, np.ndarray]:
    """Returns the answers of one signature to one case, by name, out of what `serve` returns."""
    start = f"{case}|{signature}|"
    return {name.removeprefix(start): array for name, array in served.items() if name.startswith(start)}
