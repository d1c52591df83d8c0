"""A run of a comparison for TensorBoard: a row of HParams, and its curves."""

from pathlib import Path

import numpy as np

from keras_stable.callbacks.dashboard.learning_curves import first_metric
from keras_stable.callbacks.dashboard.run_writers import AFTER_CLIPPING, VALIDATION, RunWriters
from keras_stable.callbacks.dashboard.step_windows import StepWindows
from keras_stable.config import Config
from keras_stable.reporting.dashboard_tags import CLASSES, NORMS, metric_tag
from keras_stable.runs.comparison.run import Run
from keras_stable.runs.hparams_table import write_row
from keras_stable.runs.results import Curves

_NORM_TAGS = (NORMS, "gradients/global_norm", "gradients/applied_norm")
_BY_STEP = ("grad_norm", "grad_norm_max", "grad_norm_applied")


def write_events(log_dir: Path, config: Config, run: Run) -> None:
    """Writes a run of a comparison, with the tags of the dashboard.

    Args:
        log_dir: the directory of the run's events.
        config: what was run.
        run: `Run`.
    """
    write_curves(log_dir, run.curves)
    write_row(log_dir, config.model_copy(update={"name": run.label}), run.summary, run.curves)


def write_curves(log_dir: Path, curves: Curves) -> None:
    """Writes the logs of every epoch and the gradient norms of a run, training and validation in one card.

    Args:
        log_dir: the directory of the run's events.
        curves: `Curves`.
    """
    writers = RunWriters(log_dir)
    writers.begin()
    epochs = max(map(len, curves.history.values()), default=0)
    steps_in_epoch = len(curves.global_norm) / max(epochs, 1)
    first = first_metric(curves.history)
    for key, values in curves.history.items():
        name = key.removeprefix("val_")
        if name in _BY_STEP:
            continue
        writer, tag = writers.of(VALIDATION if name != key else ""), metric_tag(name, first)
        tags = [tag, CLASSES] if name == "effective_classes" else [tag]
        for epoch, value in enumerate(values, start=1):
            writer.scalars(round(epoch * steps_in_epoch), tags, [value] * len(tags))
    norms = np.stack([curves.global_norm, curves.applied_norm], axis=1)
    windows = StepWindows(len(norms))
    for steps, rows in (windows.add(np.arange(len(norms)), norms), windows.rest()):
        for step, (norm, applied) in zip(steps.tolist(), rows.tolist(), strict=True):
            writers.of().scalars(
                step, [NORMS, "gradients/global_norm", "gradients/applied_norm"], [norm, norm, applied]
            )
            writers.of(AFTER_CLIPPING).scalars(step, [NORMS], [applied])
    writers.end()
