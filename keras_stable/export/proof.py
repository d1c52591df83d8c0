"""Proves an export: a fresh process without Keras must compute what the model in memory computes."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from keras_stable.errors import ExportError

TOLERANCE = 1e-5
"""How far a probability may be off; those of float32 differ by about 1e-7 between two ways to order a sum."""
_TIMEOUT = 300.0


def prove(path: Path, samples: np.ndarray, expected: np.ndarray) -> float:
    """Compares a SavedModel with the probabilities of the model it was made from.

    Args:
        path: directory of the SavedModel.
        samples: float32 [n, ...], the inputs.
        expected: float32 [n, classes], the probabilities that the model in memory gives them.

    Returns:
        The largest difference of a probability.

    Raises:
        ExportError: the process fails, an output is missing, or a probability is off by more than `TOLERANCE`.
    """
    with tempfile.TemporaryDirectory() as directory:
        inputs, outputs = Path(directory) / "inputs.npy", Path(directory) / "outputs.npz"
        np.save(inputs, samples)
        _serve(path, inputs, outputs)
        with np.load(outputs) as served:
            return _compare(served["probabilities"], served["class_ids"], expected)


def _serve(path: Path, inputs: Path, outputs: Path) -> None:
    script = Path(__file__).with_name("serve_without_keras.py")
    # -I keeps the current directory and PYTHONPATH out of the process.
    command = [sys.executable, "-I", str(script), str(path), str(inputs), str(outputs)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    except subprocess.TimeoutExpired as error:
        raise ExportError(f"The export must load in a fresh process within {_TIMEOUT:.0f} s.") from error
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ExportError(f"The export must load in a fresh process without Keras. Received: {last}")


def _compare(probabilities: np.ndarray, class_ids: np.ndarray, expected: np.ndarray) -> float:
    if probabilities.shape != expected.shape or class_ids.shape != expected.shape[:1]:
        raise ExportError(
            f"The export must give probabilities {expected.shape} and class_ids {expected.shape[:1]}. "
            f"Received: {probabilities.shape} and {class_ids.shape}"
        )
    same = (probabilities == expected) | (np.isnan(probabilities) & np.isnan(expected))
    with np.errstate(invalid="ignore"):
        difference = np.where(same, 0.0, np.abs(probabilities.astype(np.float64) - expected))
    worst = float(difference.max(initial=0.0))
    # Written so that a NaN on one side alone fails too.
    if not worst <= TOLERANCE:
        raise ExportError(
            f"The export must agree with the model in memory to {TOLERANCE}. Received: a difference of {worst:.3g}"
        )
    chosen = np.take_along_axis(expected, class_ids[:, None], axis=1)[:, 0]
    if np.any(expected.max(axis=1) - chosen > 2 * TOLERANCE):
        raise ExportError("The export must give the most probable class as class_ids. Received: another class")
    return worst
