"""A training of one program on some of its rows, and what comes of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.copying.initializing import initialize
from keras_stable.diagnosis.evidence.copying.isolation import seed_all
from keras_stable.diagnosis.evidence.copying.snapshot import Snapshot
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.data.stream_kinds import stream_kind
from keras_stable.diagnosis.evidence.model.own_steps import has_own_step
from keras_stable.diagnosis.evidence.program.fit_arguments import FitArguments
from keras_stable.imports import first_line
from keras_stable.repairs.arrays import rows_of
from keras_stable.repairs.callback_copies import acting_copies
from keras_stable.repairs.measuring import by_loss, measured
from keras_stable.repairs.program import Program
from keras_stable.repairs.scoring import Figure

_PASSED_ON = ("class_weight", "initial_epoch", "shuffle", "validation_freq")


@dataclass(frozen=True)
class Outcome:
    """What came of a training.

    Attributes:
        figure: of the rows that it was judged by; None where it failed.
        history: mapping of str to list of float, what `fit` logged.
        work: float, rows that were trained on, each time counted.
        failure: str, why it failed; "".
    """

    figure: Figure | None
    history: Mapping[str, list[float]] = field(default_factory=dict)
    work: float = 0.0
    failure: str = ""

    @property
    def whole(self) -> float:
        """Returns the figure; minus infinity for a training that failed."""
        return -math.inf if self.figure is None else self.figure.whole

    @property
    def early(self) -> float:
        """Returns the figure with what shows before answers are right; minus infinity for a training that failed."""
        return -math.inf if self.figure is None else self.figure.early


class Trial:
    """One program, trained from the same start as often as it is asked to.

    Args:
        program: with a model of its own, which this object uses up.
        epochs: int, planned.
        loss_unit: float, the loss that counts as 1 where there are no labels to be right by.
    """

    def __init__(self, program: Program, epochs: int, loss_unit: float = 1.0) -> None:
        self.program = program
        self.epochs = epochs
        self.loss_unit = loss_unit
        arguments = program.fit_arguments
        x, y = program.prepare(program.x, program.y)
        self.is_stream = bool(stream_kind(x))
        weights, steps = arguments.get("sample_weight"), arguments.get("steps_per_epoch")
        self.rows = rows_of(x, y, weights, arguments.get("batch_size"), steps)
        self.batch_size = _batch_size(x) if self.is_stream else int(arguments.get("batch_size") or 32)
        self.arguments = arguments
        model = program.model
        if not has_own_step(model) and not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        self._start = Snapshot([*model.variables, *model.optimizer.variables])

    def run(
        self,
        training: np.ndarray,
        judging: np.ndarray,
        share: float,
        seed: int,
        *,
        deadline: Deadline | None = None,
        fresh: bool = False,
        most: float = math.inf,
        validated: bool = False,
    ) -> Outcome:
        """Trains on some rows, and judges by others.

        Args:
            training, judging: row numbers.
            share: float in (0, 1], of the planned training.
            seed: int, of the order of rows and of noise.
            deadline: when the training ends, wherever it is.
            fresh: bool, whether it begins at new initial weights.
            most: float, rows that may be trained on at most, each time counted.
            validated: bool, whether the history tells of the validation data too.
        """
        model = self.program.model
        self._start.put_back()
        seed_all(seed)
        if fresh:
            initialize(model, seed)
        model.stop_training = False
        rows = training
        passes = share * self.epochs
        if passes < 1:
            wanted = max(self.batch_size, round(len(training) * passes) // self.batch_size * self.batch_size)
            rows = training[np.linspace(0, len(training) - 1, min(wanted, len(training))).astype(int)]
        epochs = max(1, min(round(passes), math.floor(most / len(rows)) if math.isfinite(most) else round(passes)))
        counting = _Counting(deadline or Deadline())
        try:
            history = self._fit(model, self.rows.take(rows), epochs, counting, validated)
            figure = self.judged(judging)
        except Exception as error:  # noqa: BLE001 - whatever a program stumbles over, another one may not
            return Outcome(None, {}, counting.epochs * len(rows), first_line(error))
        return Outcome(figure, history, counting.epochs * len(rows))

    def judged(self, rows: np.ndarray) -> Figure:
        """Returns the figure of the model as it is now."""
        batch = self.rows.take(rows[rows < self.rows.rows])
        model = self.program.model
        return measured(model, batch) or by_loss(model, batch, self.loss_unit, self.batch_size)

    def _fit(
        self, model: keras.Model, batch: Batch, epochs: int, counting: "_Counting", validated: bool
    ) -> dict[str, list[float]]:
        arguments = {name: self.arguments[name] for name in _PASSED_ON if name in self.arguments}
        first = int(arguments.get("initial_epoch", 0))
        callbacks = acting_copies(FitArguments.checked(callbacks=self.arguments.get("callbacks")).callbacks)
        if (callbacks or validated) and self.arguments.get("validation_data") is not None:
            arguments["validation_data"] = self.arguments["validation_data"]
        if self.is_stream:
            arguments["shuffle"] = False
        history = model.fit(
            batch.x,
            batch.y,
            sample_weight=batch.sample_weight,
            batch_size=self.batch_size,
            epochs=first + epochs,
            verbose=0,
            callbacks=[*callbacks, counting],
            **arguments,
        )
        return {name: [float(np.mean(value)) for value in values] for name, values in history.history.items()}


class _Counting(keras.callbacks.Callback):
    """Counts epochs, and ends a training when its time is over."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self.deadline = deadline
        self.epochs = 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.epochs += 1

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.deadline.over:
            self.model.stop_training = True


def _batch_size(x: Any) -> int:
    """Returns the rows of the first batch of a stream."""
    return next((batch.rows for batch in Source(x, labelled=False).batches()), 32)
