"""What the gradient guard measured, one row a step, in a ring of non-trainable variables."""

import math
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.errors import invalid_argument

_UNWRITTEN = -1.0


@dataclass(frozen=True)
class GradientHistory:
    """The steps between two reads, oldest first: k steps, n variables.

    A step is one update, or one skipped attempt at it; `step` counts both from the optimizer's first.
    A variable that got no gradient in a step has a norm of NaN in it.

    Attributes:
        step: Number of each step, `[k]` int64.
        global_norm: Norm over all variables before any clip, `[k]`; NaN or infinite where `finite` is False.
        applied_norm: The same after all clips, `[k]`; 0 where the step was skipped.
        variable_norm: Norm of each variable's gradient before any clip, `[k, n]`.
        applied_variable_norm: The same after all clips, `[k, n]`.
        finite: False where the step was skipped, `[k]` bool.
        variable_paths: Path of each variable, n strings.
        skipped_steps: How many steps were skipped since the last read, overwritten ones included.
        overwritten_steps: How many steps the ring lost since the last read.
    """

    step: np.ndarray
    global_norm: np.ndarray
    applied_norm: np.ndarray
    variable_norm: np.ndarray
    applied_variable_norm: np.ndarray
    finite: np.ndarray
    variable_paths: tuple[str, ...]
    skipped_steps: int
    overwritten_steps: int

    def __len__(self) -> int:
        return len(self.step)


class GradientRing:
    """The ring itself: `capacity` rows of `2 + 2 * n` norms, written inside the compiled step.

    Args:
        variables: The n variables whose gradients are measured.
        capacity: How many rows it holds.
        dtype: Of the norms.
        counts: An int64 variable of shape `[2]`: rows ever written, and skipped steps among them.
    """

    def __init__(self, variables: list[Any], capacity: int, dtype: str, counts: keras.Variable) -> None:
        self.variables = variables
        self.paths = tuple(getattr(variable, "path", variable.name) for variable in variables)
        self.capacity = capacity
        self.dtype = dtype
        self.counts = counts
        self.cleared = 0
        self.counts_when_cleared = (0, 0)
        self._strategy = tf.distribute.get_strategy()
        self.rows = keras.Variable(
            keras.initializers.Constant(_UNWRITTEN),
            shape=(capacity, 2 + 2 * len(variables)),
            dtype=dtype,
            trainable=False,
            aggregation="only_first_replica",
            name="gradient_history",
        )

    def write(
        self,
        norm: tf.Tensor,
        applied_norm: tf.Tensor,
        norms: tf.Tensor,
        applied_norms: tf.Tensor,
        places: list[int],
        *,
        skipped: bool,
    ) -> None:
        """Appends one row; in the replica context of a strategy, to this replica's copy.

        Args:
            norm: The common norm, a scalar.
            applied_norm: The same after all clips.
            norms: Norm of each gradient, `[m]`.
            applied_norms: The same after all clips.
            places: Which of the n variables the m gradients belong to.
            skipped: Whether the step was skipped.
        """
        # Not packed: TensorFlow 2.21 replaces a pack of one tensor with itself by a reshape to a wrong size.
        both = tf.reshape(norm, [1]), tf.reshape(applied_norm, [1])
        row = tf.concat([*both, self._spread(norms, places), self._spread(applied_norms, places)], 0)
        # The handle is that of this replica's copy. Every replica writes the same row, so no aggregation is needed,
        # and a branch of tf.cond, where Keras's own assign cannot aggregate, can write too.
        counts = self.counts.value.handle
        written = tf.raw_ops.ReadVariableOp(resource=counts, dtype=tf.int64)[0]
        tf.raw_ops.ResourceScatterUpdate(
            resource=self.rows.value.handle, indices=tf.math.floormod(written, self.capacity), updates=row
        )
        tf.raw_ops.AssignAddVariableOp(resource=counts, value=tf.constant([1, int(skipped)], tf.int64))

    def _spread(self, norms: tf.Tensor, places: list[int]) -> tf.Tensor:
        n = len(self.paths)
        if places == list(range(n)):
            return norms
        source = dict(zip(places, range(len(places)), strict=True))
        with_none = tf.concat([norms, [tf.constant(math.nan, norms.dtype)]], 0)
        return tf.gather(with_none, [source.get(i, len(places)) for i in range(n)])

    def clear(self) -> None:
        """Forgets every row; the counts stay, and every reader goes on from them."""
        self.rows.assign(np.full(self.rows.shape, _UNWRITTEN))
        self.cleared += 1
        self.counts_when_cleared = self.read_counts()

    def read_counts(self) -> tuple[int, int]:
        """Returns how many rows were ever written, and how many of them were skipped steps."""
        written, skipped = self._first_copy(self.counts).numpy()
        return int(written), int(skipped)

    def read_rows(self, first: int, last: int) -> np.ndarray:
        """Returns the rows of the steps from `first` to before `last`, as far as the ring holds them."""
        first = max(first, last - self.capacity)
        index = np.arange(first, last) % self.capacity
        return tf.gather(self._first_copy(self.rows), index).numpy()

    def _first_copy(self, variable: keras.Variable) -> Any:
        return self._strategy.experimental_local_results(variable.value)[0]


class GradientHistoryReader:
    """Reads an optimizer's history with a place of its own, so that several readers never starve each other.

    Args:
        optimizer: An optimizer of `keras_stable.optimizers`, or a `LossScaleOptimizer` around one.
        from_start: Whether the first read begins with the oldest step still held; by default it begins
            with the steps after this reader was made.

    Raises:
        InvalidArgumentError: When the optimizer keeps no history.

    >>> import keras, keras_stable
    >>> optimizer = keras_stable.optimizers.SGD(0.1)
    >>> weight = keras.Variable([1.0], name="weight")
    >>> optimizer.build([weight])
    >>> reader = GradientHistoryReader(optimizer)
    >>> optimizer.apply([tf.constant([2.0])])
    >>> reader.read().global_norm.tolist(), len(reader.read())
    ([2.0], 0)
    """

    def __init__(self, optimizer: Any, *, from_start: bool = False) -> None:
        self._optimizer = guarded_optimizer(optimizer)
        ring = self._optimizer.gradient_ring
        self._written, self._skipped, self._cleared = 0, 0, 0
        if ring is not None and not from_start:
            self._written, self._skipped = ring.read_counts()
            self._cleared = ring.cleared

    def batches_between_reads(self, steps_per_execution: int) -> int:
        """Returns how many calls of so many steps may pass between two reads: half the ring, so no step is lost."""
        return max(1, self._optimizer.history_size // (2 * steps_per_execution))

    def read(self) -> GradientHistory:
        """Returns every step since this reader's last read, up to the size of the ring."""
        ring = self._optimizer.gradient_ring
        if ring is None:
            return _history(np.zeros((0, 2), "float32"), 0, (), 0, 0)
        if self._cleared != ring.cleared:
            # A load has set the counts, back or ahead.
            self._cleared, (self._written, self._skipped) = ring.cleared, ring.counts_when_cleared
        written, skipped = ring.read_counts()
        first, skipped_before = self._written, self._skipped
        rows = ring.read_rows(first, written)
        rows = rows[rows[:, 0] != _UNWRITTEN]
        self._written, self._skipped = written, skipped
        return _history(rows, written, ring.paths, skipped - skipped_before, written - first - len(rows))


def gradient_history(optimizer: Any) -> GradientHistory:
    """Returns every step since the last call for this optimizer, up to the size of its ring.

    Reads by callbacks do not count as calls: each has a `GradientHistoryReader` of its own.

    Args:
        optimizer: An optimizer of `keras_stable.optimizers`, or a `LossScaleOptimizer` around one.

    Raises:
        InvalidArgumentError: When the optimizer keeps no history.

    >>> import keras, keras_stable
    >>> optimizer = keras_stable.optimizers.SGD(0.1, global_clipnorm=0.5)
    >>> optimizer.build([keras.Variable([1.0, 1.0], name="weight")])
    >>> optimizer.apply([tf.constant([3.0, 4.0])])
    >>> history = gradient_history(optimizer)
    >>> history.global_norm.tolist(), history.applied_norm.tolist(), history.variable_paths
    ([5.0], [0.5], ('weight',))
    """
    return guarded_optimizer(optimizer).history_reader.read()


def guarded_optimizer(optimizer: Any) -> Any:
    """Returns the optimizer that keeps the history: the given one, or the one inside its wrapper.

    Raises:
        InvalidArgumentError: When there is none.
    """
    inner = optimizer
    while not hasattr(inner, "gradient_ring"):
        if getattr(inner, "inner_optimizer", None) is None:
            raise invalid_argument(
                "optimizer", "an optimizer of keras_stable.optimizers, or a LossScaleOptimizer around one", optimizer
            )
        inner = inner.inner_optimizer
    return inner


def _history(
    rows: np.ndarray, written: int, paths: tuple[str, ...], skipped_steps: int, overwritten_steps: int
) -> GradientHistory:
    n = len(paths)
    return GradientHistory(
        step=np.arange(written - len(rows), written, dtype="int64"),
        global_norm=rows[:, 0],
        applied_norm=rows[:, 1],
        variable_norm=rows[:, 2 : 2 + n],
        applied_variable_norm=rows[:, 2 + n :],
        finite=np.isfinite(rows[:, 0]),
        variable_paths=paths,
        skipped_steps=skipped_steps,
        overwritten_steps=overwritten_steps,
    )
