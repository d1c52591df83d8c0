"""Compares what an export answers with what the model in memory answers."""

from collections.abc import Mapping

import numpy as np

from keras_stable.errors import ExportError

TOLERANCE = 1e-5
"""How far an answer may be off, as a share of the largest value in its row where that is more than 1.

Two ways to order a sum of float32 differ by about 1e-7 of its terms. So a probability that is made of logits beyond 20
may be off by more: see `_slope`.
"""
_OF_LOGITS = 1e-6

Answers = Mapping[str, np.ndarray]


def compare(served: Answers, expected: Answers, what: str = "", tolerance: float = TOLERANCE) -> float:
    """Returns the largest difference between two sets of answers, by name.

    Numbers may differ by `tolerance`; NaN must meet NaN and infinity the same infinity. A class id, and so its name,
    may be another one only where both classes are as probable.

    Args:
        served: arrays [n, ...] by name, of the export.
        expected: arrays [n, ...] by name, of the model.
        what: the case, for messages.
        tolerance: see `TOLERANCE`.

    Raises:
        ExportError: an answer is missing, or off by more.

    >>> compare({"y": np.array([[1.0]])}, {"y": np.array([[1.0]])})
    0.0
    """
    worst = 0.0
    where = f" for {what}" if what else ""
    for name, wanted in expected.items():
        if name not in served:
            raise ExportError(f"The export must give {name}{where}. Received: {', '.join(served) or 'nothing'}")
        answer = served[name]
        if answer.shape != wanted.shape:
            raise ExportError(f"The export must give {name} {wanted.shape}{where}. Received: {answer.shape}")
        if wanted.dtype.kind == "f":
            difference = largest_difference(answer, wanted, _slope(name, expected))
            # Written so that a NaN on one side alone fails too.
            if not difference <= tolerance:
                must = f"The export must agree with the model in memory to {tolerance:g}{where}"
                raise ExportError(f"{must}. Received: a difference of {difference:.3g} in {name}")
            worst = max(worst, difference)
        elif name.endswith("class_ids"):
            probabilities = expected.get(f"{name.removesuffix('class_ids')}probabilities")
            _check_choice(answer, probabilities, wanted, where, tolerance)
        elif not name.endswith("class_names") and not np.array_equal(answer, wanted):
            different = int(np.sum(answer != wanted))
            raise ExportError(f"The export must give the {name} of the model{where}. Received: {different} others")
    return worst


def largest_difference(answer: np.ndarray, wanted: np.ndarray, slope: np.ndarray | float = 1.0) -> float:
    """Returns the largest difference, as a share of the largest finite value in the row where that is more than 1.

    Args:
        answer, wanted: arrays [n, ...].
        slope: shaped as they are, or one number; the difference is also taken as a share of it. Default 1.

    >>> round(largest_difference(np.array([[100.0, 2.0]]), np.array([[101.0, 2.0]])), 5)
    0.0099
    """
    answer, wanted = answer.astype(np.float64), wanted.astype(np.float64)
    rows = (len(wanted), -1) if len(wanted) else (0, 0)
    answer, wanted = answer.reshape(rows), wanted.reshape(rows)
    same = (answer == wanted) | (np.isnan(answer) & np.isnan(wanted))
    scale = np.where(np.isfinite(wanted), np.abs(wanted), 0.0).max(axis=1, initial=1.0)
    with np.errstate(invalid="ignore", over="ignore"):
        difference = np.where(same, 0.0, np.abs(answer - wanted) / scale[:, None])
    return float((difference / np.maximum(np.reshape(slope, rows if np.ndim(slope) else ()), 1.0)).max(initial=0.0))


def _slope(name: str, expected: Answers) -> np.ndarray | float:
    """Returns how many times `TOLERANCE` rounding in the logits moves each probability, where that is more than 1.

    A logit of 300 has float32 neighbors 3e-5 away, and is a sum of such. The probability p follows a shift of all
    logits of its row by up to d with at most 2 p (1 - p) d, and d is 1e-6 of the largest, which is 8 roundings.
    """
    logits = expected.get(f"{name.removesuffix('probabilities')}logits")
    probabilities = expected[name].astype(np.float64)
    if not name.endswith("probabilities") or logits is None or logits.shape != probabilities.shape or not logits.size:
        return 1.0
    largest = np.where(np.isfinite(logits), np.abs(logits), 0.0).max(axis=-1, keepdims=True).astype(np.float64)
    return np.nan_to_num(2 * probabilities * (1 - probabilities) * largest * _OF_LOGITS / TOLERANCE)


def _check_choice(
    chosen: np.ndarray, probabilities: np.ndarray | None, wanted: np.ndarray, where: str, tolerance: float
) -> None:
    other = chosen != wanted
    if not other.any():
        return
    if probabilities is not None and probabilities.ndim == chosen.ndim + 1 and probabilities.shape[-1] > 1:
        in_range = (chosen >= 0) & (chosen < probabilities.shape[-1])
        picked = np.take_along_axis(probabilities, np.where(in_range, chosen, 0)[..., None], axis=-1)[..., 0]
        finite = np.isfinite(probabilities).all(axis=-1)
        # Of a row with NaN no class is the most probable.
        other = other & finite & ~(in_range & (probabilities.max(axis=-1) - picked <= 2 * tolerance))
    elif probabilities is not None:
        other = other & ~(np.abs(probabilities.reshape(chosen.shape) - 0.5) <= tolerance)
    if other.any():
        raise ExportError(f"The export must give the most probable class as class_ids{where}. Received: another class")
