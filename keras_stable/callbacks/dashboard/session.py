"""Session: a training as a row of TensorBoard's page HParams."""

import math
import os
from collections.abc import Mapping
from typing import Any

import keras

from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.callbacks.dashboard.hparams import write_session
from keras_stable.callbacks.dashboard.learning_curves import plain_numbers
from keras_stable.callbacks.dashboard.run_writers import RunWriters, shared_writers
from keras_stable.callbacks.dashboard.step_number import steps_taken


class Session(CheckedCallback):
    """Writes, when training ends, what it was told and what it came to. It writes no key into `logs`.

    | TensorBoard tag | value |
    | --- | --- |
    | `summary/val_accuracy_best`, `..._last`, `largest_drop` | of the validation accuracy, over the epochs |
    | `summary/grad_norm_max` | the largest gradient norm before clipping |
    | `summary/nonfinite_steps` | steps that were skipped |
    | `summary/unique_classes`, `effective_classes`, `top_class_share` | of the last validation |
    | `summary/val_loss_best`, `summary/loss_last`, `summary/epochs` | as they say |

    Args:
        log_dir: where the events go, or the `RunWriters` of a dashboard.
        hparams: nested mappings. Default: the name of the optimizer, its learning rate and the epochs.
    """

    def __init__(self, log_dir: str | os.PathLike | RunWriters, hparams: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self._writers = shared_writers(log_dir)
        self._hparams = hparams

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._writers.begin()
        self._epochs: list[dict[str, float]] = []
        self._told = _usual(self.model, self.params) if self._hparams is None else self._hparams

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epochs.append(plain_numbers(logs or {}))

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        step = steps_taken(self.model, len(self._epochs))
        write_session(self._writers.of(), self._told, figures(self._epochs), step)
        self._writers.end()


def figures(epochs: list[dict[str, float]]) -> dict[str, float]:
    """Returns the figures of a training from the logs of its epochs.

    >>> figures([{"val_accuracy": 0.9, "grad_norm_max": 3.0}, {"val_accuracy": 0.8, "grad_norm_max": 1.0}])
    {'epochs': 2, 'val_accuracy_best': 0.9, 'val_accuracy_last': 0.8, 'largest_drop': 0.1, 'grad_norm_max': 3.0}
    """
    values = {key: [logs[key] for logs in epochs if key in logs] for key in {key for logs in epochs for key in logs}}
    made: dict[str, float] = {"epochs": len(epochs)}
    accuracy = next((values[key] for key in sorted(values) if key.startswith("val_") and "acc" in key), None)
    if accuracy:
        best, drop = -math.inf, 0.0
        for value in accuracy:
            best = max(best, value)
            drop = max(drop, best - value)
        made |= {"val_accuracy_best": best, "val_accuracy_last": accuracy[-1], "largest_drop": drop}
    if norms := [value for value in values.get("grad_norm_max", ()) if math.isfinite(value)]:
        made["grad_norm_max"] = max(norms)
    if skipped := values.get("skipped_steps"):
        made["nonfinite_steps"] = sum(skipped)
    for key in ("unique_classes", "effective_classes", "top_class_share"):
        if last := values.get(f"val_{key}") or values.get(key):
            made[key] = last[-1]
    if losses := values.get("val_loss"):
        made["val_loss_best"] = min(losses)
    if losses := values.get("loss"):
        made["loss_last"] = losses[-1]
    return made


def _usual(model: keras.Model, params: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"model": model.name, "epochs": params.get("epochs")}
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None:
        told["optimizer"] = type(getattr(optimizer, "inner_optimizer", optimizer)).__name__
        rate = getattr(optimizer, "learning_rate", None)
        told["learning_rate"] = None if rate is None else float(keras.ops.convert_to_numpy(rate))
    return told
