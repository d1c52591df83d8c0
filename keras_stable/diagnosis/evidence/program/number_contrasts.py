"""The numbers that outputs are to give, in training and validation. Imports no TensorFlow."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from keras_stable.diagnosis.facts import TargetContrast

_QUARTERS = 4
_LEAST_ROWS = 20
# Of outputs whose numbers are exchanged, each is nearer to the other's than this, and farther from its own.
_NEAR, _FAR = 0.4, 0.8


def target_contrasts(columns: Sequence[tuple[str, np.ndarray, np.ndarray]]) -> tuple[TargetContrast, ...]:
    """Returns how the targets of validation differ from those of training, output by output.

    Args:
        columns: (output, targets of training, targets of validation), arrays [rows, ...] of numbers in their order.

    >>> rng = np.random.default_rng(0)
    >>> [found] = target_contrasts([("price", rng.normal(size=400), rng.normal(50, 10, size=100))])
    >>> round(found.shift), round(found.scale), found.exchanged_with
    (50, 11, '')
    """
    judged = [_one(*column) for column in columns if min(len(column[1]), len(column[2])) >= _LEAST_ROWS]
    found = [item for item in judged if item is not None]
    return tuple(replace(item, exchanged_with=_exchanged(item, found)) for item in found)


def _one(output: str, training: np.ndarray, validation: np.ndarray) -> TargetContrast | None:
    rows, others = (np.asarray(part, np.float64).reshape(len(part), -1) for part in (training, validation))
    if not (np.isfinite(rows).all() and np.isfinite(others).all()):
        return None  # a finding of its own
    mean, std = float(rows.mean()), float(rows.std())
    if not std > 0:
        return None
    quarters = [(float(part.mean()), float(part.std())) for part in np.array_split(rows, _QUARTERS)]
    ratios = [part / std for _, part in quarters if part > 0] or [1.0]
    # The numbers of one row are not independent of each other.
    error = float(others.mean(axis=1).std()) / math.sqrt(len(others)) / std
    # Of a logarithm of a standard deviation: few large values among the targets make it uncertain.
    fourth = float(((rows - mean) ** 4).mean()) / std**4
    scale_error = math.sqrt(max(fourth - 1, 2.0) / 4 * (1 / len(others) + 1 / len(rows)))
    return TargetContrast(
        output=output,
        mean=mean,
        std=std,
        validation_mean=float(others.mean()),
        validation_std=float(others.std()),
        shift=(float(others.mean()) - mean) / std,
        scale=float(others.std()) / std,
        usual_shift=max(abs(part - mean) / std for part, _ in quarters),
        usual_scale=max(max(ratio, 1 / ratio) for ratio in ratios),
        error=error,
        scale_error=scale_error,
    )


def _exchanged(item: TargetContrast, items: Sequence[TargetContrast]) -> str:
    for other in items:
        if other is item or min(_distance(item, item), _distance(other, other)) < _FAR:
            continue
        if max(_distance(item, other), _distance(other, item)) < _NEAR:
            return other.output
    return ""


def _distance(validation: TargetContrast, training: TargetContrast) -> float:
    """Returns how far the targets of one output in validation are from those of another, or its own, in training."""
    if not validation.validation_std > 0:
        return math.inf
    shift = abs(validation.validation_mean - training.mean) / training.std
    return shift + abs(math.log(validation.validation_std / training.std))
