"""A copy of the model that can be trained for some steps, watched, and put back."""

import math
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.data.source import Batch, Source
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors
from keras_stable.diagnosis.evidence.model.rates import learning_rate
from keras_stable.keras_private import learning_rate_source, replace_learning_rate_source


class Workbench:
    """Trains a compiled copy step by step.

    Args:
        model: compiled; this object owns it.
    """

    def __init__(self, model: keras.Model) -> None:
        self.model = model
        # XLA would only cost time to compile: so few steps never win it back.
        self.model.jit_compile = False
        self.optimizer: Any = getattr(model.optimizer, "inner_optimizer", model.optimizer)
        if not self.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        self._start = [(variable, variable.numpy()) for variable in self._variables()]
        self.learning_rate = learning_rate(self.optimizer)
        self._rate = learning_rate_source(self.optimizer)

    def _variables(self) -> list[keras.Variable]:
        return [*self.model.variables, *self.model.optimizer.variables]

    def restore(self) -> None:
        """Puts back the weights, the optimizer's state and a schedule of the beginning."""
        if learning_rate_source(self.optimizer) is not self._rate:
            replace_learning_rate_source(self.optimizer, self._rate)
            self.model.train_function = None
        for variable, value in self._start:
            variable.assign(value)

    def constant_rate(self, rate: float) -> None:
        """Trains at another learning rate from here on; a schedule gives way to it."""
        if not isinstance(learning_rate_source(self.optimizer), keras.Variable):
            constant = keras.Variable(rate, trainable=False, name="learning_rate")
            replace_learning_rate_source(self.optimizer, constant)
            self.model.train_function = None
        self.optimizer.learning_rate.assign(rate)

    def step(self, batch: Batch) -> dict[str, float]:
        """Takes one step and returns the batch's own loss and metrics."""
        self.model.reset_metrics()
        # As `fit` hands data on: a step of one's own may count on no weights being there.
        data = tuple(part for part in (batch.x, batch.y, batch.sample_weight) if part is not None)
        if self.model.train_function is None:
            self.model.make_train_function()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            logs = self.model.train_function(iter([as_tensors(data)]))
        return {name: float(np.mean(value)) for name, value in logs.items()}

    def train(self, batches: Iterable[Batch], steps: int, deadline: float = math.inf) -> int:
        """Takes up to so many steps, until a loss is not finite or time is up, and returns how many."""
        for taken, batch in enumerate(batches):
            if taken == steps or time.monotonic() > deadline:
                return taken
            if not math.isfinite(self.step(batch).get("loss", 0.0)):
                return taken + 1
        return steps

    def skipped_steps(self) -> int:
        """Returns how many steps had a NaN or infinite gradient; 0 where the optimizer does not tell."""
        ring = getattr(self.optimizer, "gradient_ring", None)
        return 0 if ring is None else ring.read_counts()[1]

    @property
    def guarded(self) -> bool:
        """Returns whether the optimizer records its gradients."""
        return hasattr(self.optimizer, "gradient_ring")


def endless(source: Source, change: Callable[[Batch], Batch] | None = None) -> Iterator[Batch]:
    """Yields the batches of one epoch after the other, each in the order of `fit`, without an incomplete last one."""
    epoch = 0
    while True:
        full = 0
        for batch in source.batches(seed=epoch):
            full = max(full, batch.rows)
            if batch.rows == full:
                yield batch if change is None else change(batch)
        if not full:
            return
        epoch += 1
