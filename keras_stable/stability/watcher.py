"""Reads what the steps of a running `fit` left behind, and judges it."""

import math
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from keras_stable.errors import InvalidArgumentError
from keras_stable.optimizers.history import GradientHistoryReader
from keras_stable.optimizers.of_models import innermost, optimizers_of
from keras_stable.optimizers.passive_recorder import recorded_gradients
from keras_stable.stability.detection import Alarm, CollapseWatch, LossWatch, NormWatch
from keras_stable.stability.rates import RateControl
from keras_stable.stability.rollback_state import RollbackState
from keras_stable.stability.step_record import StepRecord, recorded_steps
from keras_stable.stability.weight_watch import WeightWatch

# float16 finds its loss scale by overflowing: from 2 ** 15 to 1 in 15 steps, and there may be several such searches.
_STEPS_OF_A_SCALE_SEARCH = 40
# No schedule in use climbs so far beyond its highest rate so far within a few steps once it has run for a while.
_RATE_JUMP = 5.0
_RATE_READS = 4


class Watcher:
    """Has a `fit` record losses and norms while it is entered, and reads them.

    Args:
        model: the `keras.Model` that `fit` is training.
        nonfinite_steps: int; how many steps in a row may not be finite.

    Attributes:
        model: as given.
        step: int; how many steps were read.
        losses: `LossWatch`.
        state: `RollbackState` of the model.
        new_norms: the gradient norms of the steps that were read last, before any clip, `[k]`.
        rates: `RateControl` of each optimizer.
    """

    def __init__(self, model: keras.Model, nonfinite_steps: int) -> None:
        self.model = model
        self.step = 0
        self.state = RollbackState(model)
        self.losses = LossWatch(nonfinite_steps)
        self._collapse = CollapseWatch()
        self._weights = WeightWatch()
        self._contexts = ExitStack()
        self._reader: GradientHistoryReader | None = None
        optimizers = optimizers_of(model)
        scaled = any(innermost(optimizer) is not optimizer for optimizer in optimizers)
        self._norms = NormWatch(max(nonfinite_steps, _STEPS_OF_A_SCALE_SEARCH if scaled else 0))
        self.rates = [RateControl(optimizer) for optimizer in optimizers]
        # Of each: how often it was read while all was well, and the highest.
        self._rates_seen = [(0, -math.inf) for _ in optimizers]

    def __enter__(self) -> "Watcher":
        optimizer = getattr(self.model, "optimizer", None)
        with self.model.distribute_strategy.scope():
            if optimizer is not None:
                if self.model.built and not optimizer.built and self.model.trainable_variables:
                    optimizer.build(self.model.trainable_variables)
                try:
                    self._contexts.enter_context(recorded_gradients(optimizer))
                    self._reader = GradientHistoryReader(optimizer)
                except InvalidArgumentError:
                    # Several optimizers in one cannot be recorded; the losses are watched all the same.
                    self._reader = None
            self._record = StepRecord()
        self._contexts.enter_context(recorded_steps(self.model, self._record))
        return self

    def __exit__(self, *exception: Any) -> None:
        self._contexts.close()

    def batches_between_reads(self, asked: int) -> int:
        """Returns how many calls may pass between two reads: as asked, but no step may be lost."""
        steps = self.model.steps_per_execution
        room = self._record.capacity // (2 * steps)
        if self._reader is not None:
            room = min(room, self._reader.batches_between_reads(steps))
        return max(1, min(asked // steps, room))

    def read(self) -> np.ndarray:
        """Returns the rows of the steps since the last read, `[k, 2]`, not judged yet: loss, collapsed."""
        rows = self._record.read()
        self._first, self.step = self.step, self.step + len(rows)
        history = None if self._reader is None else self._reader.read()
        self.new_norms = np.zeros(0) if history is None else history.global_norm
        return rows

    def is_bad(self, rows: np.ndarray) -> bool:
        """Whether one of these steps cannot be that of a healthy model on a usual batch."""
        norms = any(self._norms.is_bad(norm) for norm in self.new_norms.tolist())
        return norms or any(self.losses.is_bad(loss) for loss in rows[:, 0].tolist())

    def judge(self, rows: np.ndarray) -> Alarm | None:
        """Takes in rows that were read; returns the first thing that is wrong with them or with the weights now."""
        first = self._first
        rates = [control.current() for control in self.rates]
        self.losses.rate_has_jumped = any(jump is not None for jump in self._healthy_rates(rates))
        losses, ceiling = rows[:, 0], self.losses.ceiling
        high = bool((~np.isfinite(losses) | (losses > ceiling)).any())
        alarms = [self.losses.add(first, losses)]
        alarms += [self._collapse.add(first, rows[:, 1] * np.isfinite(losses), has_learnt=self.losses.has_learnt)]
        norms = self.new_norms
        until = min((alarm.step for alarm in alarms if alarm is not None), default=self.step) - first
        if len(norms) == len(rows):
            alarms.append(self._norms.add(first, norms[: max(until, 0)], loss_is_high=high))
        elif until >= len(rows):
            # An update takes several batches, or a batch several updates: only about where it was is known.
            alarms.append(self._norms.add(first, norms, loss_is_high=high))
        # Of the weights only their present state is known, so what else was seen tells better when it began.
        above = np.flatnonzero(~(losses <= ceiling))
        weights = self._weights.add(first + int(above[0]) if len(above) else first, self.state)
        raised = [alarm for alarm in alarms if alarm is not None] or ([] if weights is None else [weights])
        if not raised:
            pairs = zip(self._rates_seen, rates, strict=True)
            self._rates_seen = [(reads + 1, max(highest, rate)) for (reads, highest), rate in pairs]
            return None
        alarm = min(raised, key=lambda alarm: alarm.step)
        return replace(alarm, kind="rate") if self.losses.rate_has_jumped else alarm

    @property
    def is_calm(self) -> bool:
        """Whether nothing looks as if it could become an alarm: the time for a snapshot."""
        return self.losses.is_calm

    def healthy_rates(self) -> list[float | None]:
        """Returns for each optimizer the highest rate that it had before, if its rate is far above that now."""
        return self._healthy_rates([control.current() for control in self.rates])

    def keep_rates_lowered(self) -> None:
        """Lowers a rate again that a callback has set anew since a rollback."""
        for control in self.rates:
            control.keep_lowered()

    def limits(self) -> dict[str, float]:
        """Returns what loss and gradient norm of a healthy step stay below."""
        return {"loss": self.losses.step_limit, "norm": self._norms.limit}

    def accept(self) -> None:
        """Takes what led to an alarm for the new usual, where nothing is done about it."""
        self.losses.accept_run()
        self._weights.accept(self.state)
        self.begin_again()

    def begin_again(self) -> None:
        """Forgets what led to an alarm, after the state was put back."""
        for watch in (self.losses, self._collapse, self._norms):
            watch.forget_run()

    def _healthy_rates(self, rates: list[float]) -> list[float | None]:
        pairs = zip(self._rates_seen, rates, strict=True)
        jumped = [reads >= _RATE_READS and rate > _RATE_JUMP * highest > 0 for (reads, highest), rate in pairs]
        return [highest if jump else None for (_, highest), jump in zip(self._rates_seen, jumped, strict=True)]
