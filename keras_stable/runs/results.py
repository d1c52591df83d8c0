"""What a run came to: its curves, and the figures that tell a stable run from a sick one."""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from keras_stable.reporting.dashboard_tags import NORM_LIMIT

__all__ = ["NORM_LIMIT", "Curves", "Summary", "largest_drop", "summarize"]


@dataclass(frozen=True)
class Curves:
    """What was measured while a run trained.

    Attributes:
        history: the `logs` of every epoch, by key; lists of floats.
        global_norm: gradient norm before clipping, of every step; array [steps].
        applied_norm: gradient norm after clipping, of every step; array [steps].
    """

    history: dict[str, list[float]]
    global_norm: np.ndarray
    applied_norm: np.ndarray


@dataclass(frozen=True)
class Summary:
    """The figures of a run; None where there was nothing to measure.

    Attributes:
        grad_norm_max: the largest global gradient norm before clipping, over all steps.
        grad_norm_median: the median of the same.
        grad_norm_applied_max: the largest global norm after clipping.
        nonfinite_steps: steps with a NaN or infinite gradient, which the optimizer skipped.
        distinct_in_first_10: distinct classes predicted for the first 10 validation samples, after training.
        unique_classes, effective_classes: of the predictions for all validation samples, after the last epoch.
        top_class_share: the share of the class predicted most often, of the same, in [0, 1].
        val_accuracy_best, val_accuracy_last: over the epochs.
        largest_drop: the largest fall of the validation accuracy below its running best, in any epoch.
        largest_drop_after: the same, counted from after each number of epochs on.
        epochs: how many ended.
    """

    grad_norm_max: float | None
    grad_norm_median: float | None
    grad_norm_applied_max: float | None
    nonfinite_steps: int
    distinct_in_first_10: int
    unique_classes: float | None
    effective_classes: float | None
    val_accuracy_best: float | None
    val_accuracy_last: float | None
    largest_drop: float | None
    epochs: int
    num_classes: int
    largest_drop_after: dict[int, float] = field(default_factory=dict)
    top_class_share: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Returns the figures as plain values for JSON."""
        return asdict(self)


def summarize(curves: Curves, first_predictions: np.ndarray, num_classes: int) -> Summary:
    """Computes the figures of a run.

    Args:
        curves: what was measured.
        first_predictions: class ids predicted for the first 10 validation samples after training.
        num_classes: int; the classes of the data.
    """
    norms = np.asarray(curves.global_norm, np.float64)
    finite = norms[np.isfinite(norms)]
    accuracy = np.asarray(curves.history.get("val_accuracy", ()), np.float64)
    return Summary(
        grad_norm_max=_largest(norms),
        grad_norm_median=float(np.median(finite)) if len(finite) else None,
        grad_norm_applied_max=_largest(np.asarray(curves.applied_norm, np.float64)),
        nonfinite_steps=len(norms) - len(finite),
        distinct_in_first_10=len(np.unique(first_predictions)),
        unique_classes=_last(curves.history, "val_unique_classes"),
        effective_classes=_last(curves.history, "val_effective_classes"),
        val_accuracy_best=float(accuracy.max()) if len(accuracy) else None,
        val_accuracy_last=float(accuracy[-1]) if len(accuracy) else None,
        largest_drop=largest_drop(accuracy),
        epochs=len(curves.history.get("loss", ())),
        num_classes=num_classes,
        largest_drop_after={n: drop for n in (3, 5) if (drop := largest_drop(accuracy, after=n)) is not None},
        top_class_share=_last(curves.history, "val_top_class_share"),
    )


def largest_drop(accuracy: np.ndarray, after: int = 0) -> float | None:
    """Returns how far a curve falls below its running best at most, in the epochs after the first `after`.

    >>> round(largest_drop(np.array([0.5, 0.9, 0.7, 0.95, 0.9])), 3)
    0.2
    >>> round(largest_drop(np.array([0.5, 0.9, 0.7, 0.95, 0.9]), after=3), 3)
    0.05
    """
    drops = np.maximum.accumulate(accuracy) - accuracy if len(accuracy) else accuracy
    return float(drops[after:].max()) if len(drops) > after else None


def _largest(values: np.ndarray) -> float | None:
    # A gradient that is infinite or NaN is larger than any; it is counted apart.
    finite = values[np.isfinite(values)]
    return float(finite.max()) if len(finite) else None


def _last(history: dict[str, list[float]], key: str) -> float | None:
    return float(history[key][-1]) if history.get(key) else None
