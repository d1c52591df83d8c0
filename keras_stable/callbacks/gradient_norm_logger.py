"""The gradient norms of the optimizer, in `logs` and in TensorBoard."""

import numbers
import os
import re
from typing import Any

import numpy as np

from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.callbacks.event_writer import EventWriter
from keras_stable.errors import invalid_argument
from keras_stable.optimizers.history import GradientHistory, GradientHistoryReader

_STEPS_BETWEEN_WRITES = 64
# Rounding alone moves a norm by less.
_CLIPPED_BELOW = 1 - 1e-6


class GradientNormLogger(CheckedCallback):
    """Puts the norms that the optimizer measured into `logs`, and into TensorBoard.

    The optimizer measures inside the compiled step; this callback reads what it kept, once in many
    steps. `History`, `CSVLogger`, `EarlyStopping` and every other callback after this one see the keys.

    At the end of each epoch, over its steps:

    | key | value |
    | --- | --- |
    | `grad_norm` | mean of the global norm before any clip, over the steps that were not skipped |
    | `grad_norm_max` | the largest of them |
    | `grad_norm_applied` | mean of the global norm after all clips |
    | `clip_fraction` | share of the steps that a clip changed |
    | `skipped_steps` | how many steps were skipped because a gradient was NaN or infinite |

    | TensorBoard tag | value |
    | --- | --- |
    | `gradients/global_norm` | global norm before any clip |
    | `gradients/applied_norm` | global norm after all clips |
    | `gradients/<variable path>` | norm of that variable's gradient before any clip |
    | `gradients/.../histogram` | with `histograms`: how each of these was spread over the steps of the epoch |

    Args:
        log_dir: Where the TensorBoard events go; None writes none.
        update_freq: `"epoch"` writes the means over each epoch, at the number of the epoch; an integer k
            writes every k-th step, at the number of the step.
        variables: A regular expression; of the variables, only those whose path it is found in are
            written to TensorBoard. None writes all.
        histograms: bool. Whether to write histograms at the end of each epoch.

    Raises:
        InvalidArgumentError: When an argument cannot be right, or, as training begins, when the optimizer
            is not one of `keras_stable.optimizers`.

    >>> GradientNormLogger(update_freq="never")
    Traceback (most recent call last):
    keras_stable.errors.InvalidArgumentError: `update_freq` must be "epoch" or an integer above 0. Received: \
update_freq='never'
    """

    def __init__(
        self,
        log_dir: str | os.PathLike | None = None,
        update_freq: str | int = "epoch",
        *,
        variables: str | None = None,
        histograms: bool = False,
    ) -> None:
        super().__init__()
        whole = isinstance(update_freq, numbers.Integral) and not isinstance(update_freq, bool)
        every = int(update_freq) if whole else 0
        if update_freq != "epoch" and every < 1:
            raise invalid_argument("update_freq", '"epoch" or an integer above 0', update_freq)
        try:
            self._pattern = None if variables is None else re.compile(variables)
        except (re.error, TypeError):
            raise invalid_argument("variables", "a regular expression or None", variables) from None
        self.log_dir = log_dir
        self.update_freq = update_freq
        self.variables = variables
        self.histograms = histograms
        self._every = every
        self._writer: EventWriter | None = None

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._reader = GradientHistoryReader(self.model.optimizer)
        self._parts: list[GradientHistory] = []
        room = self._reader.batches_between_reads(self.model.steps_per_execution)
        self._batches_between_reads = min(room, _STEPS_BETWEEN_WRITES) if self._every else room
        self._batches = 0
        if self.log_dir is not None:
            self._writer = EventWriter(self.log_dir)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._parts = []

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self._batches += 1
        if self._batches >= self._batches_between_reads:
            self._read()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self._read()
        if logs is not None:
            logs.update(_summary(self._parts))
        if self._writer is not None:
            self._write_epoch(self._writer, epoch)
            self._writer.flush()

    def on_train_end(self, logs: dict | None = None) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _read(self) -> None:
        self._batches = 0
        history = self._reader.read()
        self._parts.append(history)
        if self._writer is not None and self._every:
            tags, columns = self._columns(history)
            values = np.stack(columns, axis=1).tolist()
            for step, row in zip(history.step.tolist(), values, strict=True):
                if step % self._every == 0:
                    self._writer.scalars(step, tags, row)

    def _write_epoch(self, writer: EventWriter, epoch: int) -> None:
        tables = [self._columns(part) for part in self._parts if len(part)]
        if not tables:
            return
        tags = tables[-1][0]
        columns = [np.concatenate(column) for column in zip(*(columns for _, columns in tables), strict=True)]
        if not self._every:
            writer.scalars(epoch, tags, [_mean(column) for column in columns])
        if self.histograms:
            for tag, column in zip(tags, columns, strict=True):
                writer.histogram(epoch, f"{tag}/histogram", column)

    def _columns(self, history: GradientHistory) -> tuple[list[str], list[np.ndarray]]:
        wanted = [i for i, path in enumerate(history.variable_paths) if self._wants(path)]
        tags = ["gradients/global_norm", "gradients/applied_norm"]
        tags += [f"gradients/{history.variable_paths[i]}" for i in wanted]
        return tags, [history.global_norm, history.applied_norm, *(history.variable_norm[:, i] for i in wanted)]

    def _wants(self, path: str) -> bool:
        return self._pattern is None or self._pattern.search(path) is not None


def _summary(parts: list[GradientHistory]) -> dict[str, Any]:
    finite = [part.finite for part in parts]
    norm = np.concatenate([part.global_norm[kept] for part, kept in zip(parts, finite, strict=True)])
    applied = np.concatenate([part.applied_norm[kept] for part, kept in zip(parts, finite, strict=True)])
    return {
        "grad_norm": _mean(norm),
        "grad_norm_max": float(norm.max()) if len(norm) else float("nan"),
        "grad_norm_applied": _mean(applied),
        "clip_fraction": _mean(applied < norm * _CLIPPED_BELOW),
        "skipped_steps": sum(part.skipped_steps for part in parts),
    }


def _mean(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(np.mean(finite, dtype="float64")) if len(finite) else float("nan")
