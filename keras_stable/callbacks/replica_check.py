"""ReplicaCheck: whether the replicas of a model still have the same weights."""

import warnings
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf

from keras_stable.arguments import is_integer
from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.errors import ReplicaMismatchError, invalid_argument
from keras_stable.ops.checksums import checksum

_NAMED = 5


class ReplicaCheck(CheckedCallback):
    """Compares the weights of all replicas, bit for bit, and ends a training in which they differ.

    Every replica makes the same update, so that its weights stay those of all others. A fault of the memory, an
    operation that is not deterministic, or a worker that runs another program lets one of them drift off, and nothing
    tells. Here every replica makes a checksum of each trainable weight and each variable of the optimizer, and the
    checksums, 8 bytes a variable, are gathered. A single bit that differs is seen, whichever it is.

    It writes no key into `logs`, and does nothing where there is one replica. Moving statistics, as of a batch
    normalization, are not compared: in Keras 3 each replica has its own.

    Args:
        every: int, steps between two comparisons; with `steps_per_execution`, as soon as they have passed. Default 100.
        action: "raise" or "warn", at the end of a step and on every worker. Default "raise".

    Raises:
        InvalidArgumentError: an argument is not as above.
        ReplicaMismatchError: from `fit`; it names the step, the replicas and the variables.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> history = model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0, callbacks=[ReplicaCheck(every=1)])
    """

    def __init__(self, every: int = 100, action: Literal["raise", "warn"] = "raise") -> None:
        super().__init__()
        if not is_integer(every, at_least=1):
            raise invalid_argument("every", "an integer of at least 1", every)
        if action not in ("raise", "warn"):
            raise invalid_argument("action", '"raise" or "warn"', action)
        self.every, self.action = int(every), action

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._checked = 0
        self._steps = 0
        self._function: Any = None

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._steps += self.model.steps_per_execution
        if self._steps - self._checked >= self.every and self.model.distribute_strategy.num_replicas_in_sync > 1:
            self._checked = self._steps
            self._compare()

    def _compare(self) -> None:
        strategy = self.model.distribute_strategy
        variables = _mirrored(self.model)
        # A collective operation is left to those who need one: two strategies of one process get into each other's way.
        others = len(strategy.extended.worker_devices) < strategy.num_replicas_in_sync
        if self._function is None:

            @tf.function
            def sums() -> Any:
                replicas = strategy.run(lambda: tf.stack([checksum(variable.value) for variable in variables])[None])
                return strategy.gather(replicas, axis=0) if others else strategy.experimental_local_results(replicas)

            self._function = sums
        rows = np.reshape(self._function(), [-1, len(variables)])
        if message := mismatch(rows, [variable.path for variable in variables]):
            message = f"After step {self._steps} {message}"
            if self.action == "raise":
                raise ReplicaMismatchError(message)
            warnings.warn(message, stacklevel=2)


def mismatch(checksums: np.ndarray, names: list[str]) -> str:
    """Returns which replicas differ from most others, and in which variables; "" where none does.

    Args:
        checksums: int64 [replicas, variables].
        names: of the variables.

    >>> mismatch(np.array([[1, 2], [1, 2], [1, 3]]), ["kernel", "bias"])
    'replica 2 has other values than most in bias.'
    >>> mismatch(np.array([[1, 2], [1, 2]]), ["kernel", "bias"])
    ''
    """
    usual = np.array([_most_frequent(column) for column in checksums.T])
    other = checksums != usual
    if not other.any():
        return ""
    replicas = np.flatnonzero(other.any(axis=1))
    paths = [names[index] for index in np.flatnonzero(other.any(axis=0))]
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    who = f"replica{'s' if len(replicas) > 1 else ''} {', '.join(map(str, replicas))}"
    verb = "have" if len(replicas) > 1 else "has"
    return f"{who} {verb} other values than most in {', '.join(paths[:_NAMED])}{more}."


def _most_frequent(values: np.ndarray) -> Any:
    unique, counts = np.unique(values, return_counts=True)
    return unique[counts.argmax()]


def _mirrored(model: keras.Model) -> list[Any]:
    """Returns the variables that every replica has to hold the same copy of.

    Moving statistics are none of them: in Keras 3 those of a batch normalization are each replica's own.
    """
    return [*model.trainable_variables, *([] if model.optimizer is None else model.optimizer.variables)]
