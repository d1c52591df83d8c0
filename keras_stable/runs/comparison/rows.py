"""The figures of one config over all its seeds."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_stable.runs.comparison.run import Run
from keras_stable.runs.results import NORM_LIMIT

_SPREAD = (
    "distinct_in_first_10",
    "unique_classes",
    "effective_classes",
    "top_class_share",
    "val_accuracy_best",
    "val_accuracy_last",
)


def aggregate(label: str, runs: Sequence[Run]) -> dict[str, Any]:
    """Returns the figures of the runs of one config as plain values; None where nothing was measured.

    | key | value, over the runs |
    | --- | --- |
    | `config`, `seeds`, `num_classes`, `epochs` | the label; the seeds; classes of the data; the most epochs |
    | `grad_norm_max`, `grad_norm_applied_max` | the largest |
    | `grad_norm_median` | the median of the medians |
    | `steps`, `steps_over_limit`, `nonfinite_steps` | sums: all, those with a finite norm over 10, those without one |
    | `largest_drop`, `largest_drop_after_3`, `largest_drop_after_5` | the largest |
    | `distinct_in_first_10`, `unique_classes`, `effective_classes`, `top_class_share`, `val_accuracy_best`, \
`val_accuracy_last` | the mean; with `_min` and `_max` after the key, the smallest and the largest |
    """
    summaries = [run.summary for run in runs]
    norms = [np.asarray(run.curves.global_norm, np.float64) for run in runs]
    row: dict[str, Any] = {
        "config": label,
        "seeds": [run.seed for run in runs],
        "num_classes": max((summary.num_classes for summary in summaries), default=None),
        "epochs": max((summary.epochs for summary in summaries), default=None),
        "grad_norm_max": _over(np.max, [summary.grad_norm_max for summary in summaries]),
        "grad_norm_median": _over(np.median, [summary.grad_norm_median for summary in summaries]),
        "grad_norm_applied_max": _over(np.max, [summary.grad_norm_applied_max for summary in summaries]),
        "steps": sum(map(len, norms)) if runs else None,
        "steps_over_limit": sum(int((norm[np.isfinite(norm)] > NORM_LIMIT).sum()) for norm in norms) if runs else None,
        "nonfinite_steps": sum(summary.nonfinite_steps for summary in summaries) if runs else None,
        "largest_drop": _over(np.max, [summary.largest_drop for summary in summaries]),
    }
    for epochs in (3, 5):
        drops = [summary.largest_drop_after.get(epochs) for summary in summaries]
        row[f"largest_drop_after_{epochs}"] = _over(np.max, drops)
    for key in _SPREAD:
        values = [getattr(summary, key) for summary in summaries]
        row[key] = _over(np.mean, values)
        row[f"{key}_min"] = _over(np.min, values)
        row[f"{key}_max"] = _over(np.max, values)
    return row


def _over(function: Any, values: Sequence[float | None]) -> float | None:
    measured = [float(value) for value in values if value is not None]
    return float(function(measured)) if measured else None
