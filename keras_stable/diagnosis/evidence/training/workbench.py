"""A copy of the model that can be trained for some steps, watched, and put back."""

import math
import time
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.budget import Clock, Deadline
from keras_stable.diagnosis.evidence.copying.snapshot import Snapshot
from keras_stable.diagnosis.evidence.data.source import Batch
from keras_stable.diagnosis.evidence.model.demands import demanded_rows, reset_states
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward
from keras_stable.diagnosis.evidence.model.own_steps import has_own_step, inner, leading_optimizer, own_optimizers
from keras_stable.diagnosis.evidence.model.rates import learning_rate
from keras_stable.diagnosis.logs import flat, loss_names
from keras_stable.keras_private import compile_metrics, learning_rate_source, replace_learning_rate_source
from keras_stable.optimizers.guard_state import state_variables


def finite_losses(logs: Mapping[str, float]) -> bool:
    """Returns whether every loss that a step logs is finite.

    >>> finite_losses({"d_loss": 1.0, "g_loss": math.nan}), finite_losses({"accuracy": math.nan})
    (False, True)
    """
    return all(math.isfinite(logs[name]) for name in loss_names(logs))


class Workbench:
    """Trains a compiled copy step by step.

    Args:
        model: compiled; this object owns it.
        clock: function without arguments that returns seconds.

    Attributes:
        initialized: bool, whether it begins at new initial weights.
        first_seconds: float, what the first step after the last change took, which traces and builds the step.
        step_seconds: float, what the quickest of the other steps took; NaN before there was one.
    """

    def __init__(self, model: keras.Model, clock: Clock = time.monotonic) -> None:
        self.model = model
        self.clock = clock
        # XLA would only cost time to compile: so few steps never win it back.
        self.model.jit_compile = False
        outer = leading_optimizer(model)
        self.optimizer: Any = inner(outer)
        if not self.optimizer.built and outer is model.optimizer:
            outer.build(model.trainable_variables)
        # Those that only the model's own step knows are built by it, over the variables that it hands them.
        self._optimizers = [inner(optimizer) for optimizer in own_optimizers(model)]
        states = [variable for optimizer in own_optimizers(model) for variable in state_variables(optimizer)]
        self._start = Snapshot([*model.variables, *states])
        self._built = {id(variable) for variable in states}
        self.learning_rate = learning_rate(self.optimizer)
        self._rates = [learning_rate_source(optimizer) for optimizer in self._optimizers]
        self._own_rates = [learning_rate(optimizer) for optimizer in self._optimizers]
        self.initialized = False
        self.first_seconds = self.step_seconds = math.nan

    def restore(self) -> None:
        """Puts back the initial weights, states of optimizers and recurrent layers, and learning-rate schedules."""
        for optimizer, rate in zip(self._optimizers, self._rates, strict=True):
            if learning_rate_source(optimizer) is not rate:
                replace_learning_rate_source(optimizer, rate)
                self.model.train_function = None
        self._start.put_back()
        for variable in (v for optimizer in self._optimizers for v in optimizer.variables if id(v) not in self._built):
            if variable.path.rpartition("/")[2] != "learning_rate":
                variable.assign(keras.ops.zeros_like(variable))
        reset_states(self.model)

    def constant_rate(self, rate: float) -> None:
        """Trains at another learning rate from here on; a schedule gives way to it.

        Where the model has several optimizers, the rates of the others change by the same factor.
        """
        for optimizer, start in zip(self._optimizers, self._own_rates, strict=True):
            own = rate if optimizer is self.optimizer or not self.learning_rate else start * rate / self.learning_rate
            if not isinstance(learning_rate_source(optimizer), keras.Variable):
                constant = keras.Variable(own, trainable=False, name="learning_rate")
                replace_learning_rate_source(optimizer, constant)
                self.model.train_function = None
            optimizer.learning_rate.assign(own)

    def set_rate(self, rate: float) -> None:
        """Sets the rate of the first optimizer as a callback does, until `restore`."""
        if isinstance(learning_rate_source(self.optimizer), keras.Variable):
            self.optimizer.learning_rate.assign(rate)

    def step(self, batch: Batch) -> dict[str, float]:
        """Takes one step and returns the batch's own loss and metrics."""
        self.model.reset_metrics()
        start = self.clock()
        # As `fit` passes data on: a custom step may rely on there being no weights.
        data = as_tensors(keras.utils.pack_x_y_sample_weight(batch.x, batch.y, batch.sample_weight))
        is_first = self.model.train_function is None
        if is_first:
            self._build_metrics(*keras.utils.unpack_x_y_sample_weight(data))
            self.model.make_train_function()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            logs = self.model.train_function(iter([data]))
        numbers = {name: float(np.mean(value)) for name, value in flat(logs).items()}
        seconds = self.clock() - start
        if is_first:
            self.first_seconds = seconds
        else:
            self.step_seconds = float(np.fmin(self.step_seconds, seconds))
        return numbers

    def seconds_of(self, steps: int, rebuilt: bool = False) -> float:
        """Returns about how long this many steps take, judged by those taken so far; 0 before the first.

        Args:
            steps: int.
            rebuilt: bool, whether the training step has to be built anew, as it always has where it was thrown away.
        """
        one = self.first_seconds if math.isnan(self.step_seconds) else self.step_seconds
        needed = steps * one + (self.first_seconds if rebuilt or self.model.train_function is None else 0.0)
        return 0.0 if math.isnan(needed) else needed

    def train(self, batches: Iterable[Batch], steps: int, deadline: Deadline | None = None) -> int:
        """Takes up to this many steps, until a loss is not finite or time is up, and returns how many it took."""
        taken = 0
        for batch in batches:
            if taken == steps or (deadline is not None and deadline.over):
                break
            taken += 1
            if not finite_losses(self.step(batch)):
                break
        return taken

    def skipped_steps(self) -> int:
        """Returns how many steps had a NaN or infinite gradient; 0 where the optimizer does not tell."""
        ring = getattr(self.optimizer, "gradient_ring", None)
        return 0 if ring is None else ring.read_counts()[1]

    @property
    def guarded(self) -> bool:
        """Returns whether the optimizer records its gradients."""
        return hasattr(self.optimizer, "gradient_ring")

    def _build_metrics(self, x: Any, y: Any = None, sample_weight: Any = None) -> None:
        """Makes the variables of the metrics. TensorFlow traces a step twice in which variables are made."""
        own = compile_metrics(self.model)
        if own is None or own.built or has_own_step(self.model) or self.model.run_eagerly or y is None:
            return
        count = demanded_rows(self.model) or 1
        first = [keras.tree.map_structure(lambda rows: rows[:count], part) for part in (x, y)]
        self.model.compute_metrics(first[0], first[1], forward(self.model, first[0], training=False))
        self.model.reset_metrics()
        reset_states(self.model)
