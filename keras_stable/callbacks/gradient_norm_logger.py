"""The gradient norms of the optimizer, in `logs` and in TensorBoard."""

import numbers
import os
import re
from typing import Any

import numpy as np

from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.callbacks.epoch_norms import EpochNorms
from keras_stable.callbacks.event_writer import EventWriter
from keras_stable.errors import invalid_argument
from keras_stable.optimizers.history import GradientHistory, GradientHistoryReader, guarded_optimizer

_STEPS_BETWEEN_WRITES = 64


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
    | `skipped_steps` | how many steps were skipped because a gradient was NaN or infinite, or as a spike |

    | TensorBoard tag | value |
    | --- | --- |
    | `gradients/global_norm` | global norm before any clip |
    | `gradients/applied_norm` | global norm after all clips |
    | `gradients/<variable path>` | norm of that variable's gradient before any clip |
    | `gradients/.../histogram` | with `histograms`: how each of these was spread over the steps of the epoch |

    A model with several optimizers, such as a GAN, takes one logger for each, with a name each. With the name
    "generator", the keys are `generator_grad_norm` and so on, and the tags `generator/gradients/global_norm` and so on.

    Args:
        log_dir: Where the TensorBoard events go; None writes none.
        update_freq: `"epoch"` writes the means over each epoch, at the number of the epoch; an integer k
            writes every k-th step, at the number of the step.
        variables: A regular expression; of the variables, only those whose path it is found in are
            written to TensorBoard. None writes all.
        histograms: bool. Whether to write histograms at the end of each epoch. The norms of an epoch are then kept
            until its end; without them, only their sums are.
        optimizer: The optimizer whose norms are logged; None takes that of the model.
        name: str, put before each key and tag; None puts nothing there.

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
        optimizer: Any = None,
        name: str | None = None,
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
        if name is not None and not (isinstance(name, str) and name):
            raise invalid_argument("name", "a string that is not empty, or None", name)
        if optimizer is not None:
            guarded_optimizer(optimizer)
        self.log_dir = log_dir
        self.update_freq = update_freq
        self.variables = variables
        self.histograms = histograms
        self.optimizer = optimizer
        self.name = name
        self._every = every
        self._writer: EventWriter | None = None

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._reader = GradientHistoryReader(self.model.optimizer if self.optimizer is None else self.optimizer)
        self._norms = EpochNorms(keep_values=self.histograms)
        room = self._reader.batches_between_reads(self.model.steps_per_execution)
        self._batches_between_reads = min(room, _STEPS_BETWEEN_WRITES) if self._every else room
        self._batches = 0
        if self.log_dir is not None:
            self._writer = EventWriter(self.log_dir)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._norms = EpochNorms(keep_values=self.histograms)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self._batches += 1
        if self._batches >= self._batches_between_reads:
            self._read()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self._read()
        if logs is not None:
            prefix = "" if self.name is None else f"{self.name}_"
            logs.update({prefix + key: value for key, value in self._norms.summary().items()})
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
        self._tags, columns = self._columns(history)
        self._norms.add(history, columns)
        if self._writer is not None and self._every:
            values = np.stack(columns, axis=1).tolist()
            for step, row in zip(history.step.tolist(), values, strict=True):
                if step % self._every == 0:
                    self._writer.scalars(step, self._tags, row)

    def _write_epoch(self, writer: EventWriter, epoch: int) -> None:
        means = self._norms.means()
        if means and not self._every:
            writer.scalars(epoch, self._tags, means)
        for tag, values in zip(self._tags, self._norms.values(), strict=False):
            writer.histogram(epoch, f"{tag}/histogram", values)

    def _columns(self, history: GradientHistory) -> tuple[list[str], list[np.ndarray]]:
        wanted = [i for i, path in enumerate(history.variable_paths) if self._wants(path)]
        prefix = "gradients/" if self.name is None else f"{self.name}/gradients/"
        tags = ["global_norm", "applied_norm", *(history.variable_paths[i] for i in wanted)]
        columns = [history.global_norm, history.applied_norm, *(history.variable_norm[:, i] for i in wanted)]
        return [prefix + tag for tag in tags], columns

    def _wants(self, path: str) -> bool:
        return self._pattern is None or self._pattern.search(path) is not None
