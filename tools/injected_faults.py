"""Faults that strike a training at one moment: in its batches, its learning rate, or its weights."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

FAULTS = ("nan batch", "3 batches x 1e6", "50 batches of shuffled labels", "an epoch at 100 times the rate", "bit flip")
_SCALE, _SHUFFLED_STEPS, _RATE, _EXPONENT_BIT = 1e6, 50, 100.0, 30


def faulty_batches(
    x: np.ndarray, y: np.ndarray, seed: int, change: Callable | None = None, batch_size: int = 32
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yields batches of arrays without an end, in another order for each epoch, some of which are changed.

    Args:
        x: inputs, [n, ...].
        y: class ids, [n].
        seed: int; of the order.
        change: takes the step of the whole training, inputs and labels, and returns the two; None changes nothing.
        batch_size: int. Default 32.
    """
    random, step = np.random.default_rng(seed), 0
    while True:
        order = random.permutation(len(x))
        for first in range(0, len(x) - batch_size + 1, batch_size):
            rows = order[first : first + batch_size]
            yield (x[rows], y[rows]) if change is None else change(step, x[rows], y[rows])
            step += 1


class RateFault(keras.callbacks.Callback):
    """Multiplies the learning rate for one epoch, as a mistyped setting does, and then puts it back."""

    def __init__(self, epoch: int) -> None:
        super().__init__()
        self._epoch = epoch

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        if epoch == self._epoch:
            self._before = float(self.model.optimizer.learning_rate)
            self.model.optimizer.learning_rate = self._before * _RATE

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if epoch == self._epoch:
            self.model.optimizer.learning_rate = self._before


class ScheduleFault(keras.optimizers.schedules.LearningRateSchedule):
    """The same for a schedule: 100 times its rate in some steps."""

    def __init__(self, schedule: Any, first: int, last: int) -> None:
        self._schedule, self._first, self._last = schedule, first, last

    def __call__(self, step: Any) -> Any:
        rate = keras.ops.convert_to_tensor(self._schedule(step))
        return keras.ops.where((step >= self._first) & (step < self._last), _RATE * rate, rate)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {"schedule": self._schedule, "first": self._first, "last": self._last}


class BitFlip(keras.callbacks.Callback):
    """Flips the highest bit of the exponent of one weight of a kernel before a step."""

    def __init__(self, step: int, seed: int) -> None:
        super().__init__()
        self._step, self._seen, self._random = step, 0, np.random.default_rng(seed)

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        if self._seen == self._step:
            kernels = [variable for variable in self.model.trainable_variables if len(variable.shape) > 1]
            kernel = kernels[self._random.integers(len(kernels))]
            values = np.array(kernel)
            bits = values.reshape(-1).view("uint32")
            bits[self._random.integers(len(bits))] ^= np.uint32(1 << _EXPONENT_BIT)
            kernel.assign(values)
        self._seen += 1


def batch_fault(fault: str, step: int, seed: int) -> Callable | None:
    """Returns what changes the batches from `step` on, for the faults that are in the batches."""

    def change(now: int, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if fault == "nan batch" and now == step:
            x = np.full_like(x, np.nan)
        if fault == "3 batches x 1e6" and step <= now < step + 3:
            x = (x * _SCALE).astype(x.dtype)
        if fault == "50 batches of shuffled labels" and step <= now < step + _SHUFFLED_STEPS:
            y = np.random.default_rng((seed, now)).permutation(y)
        return x, y

    return change if fault in FAULTS[:3] else None
