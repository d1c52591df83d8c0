"""The ring of non-trainable variables that the steps of an optimizer are recorded in, one row a step."""

import contextlib
import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf

# In the first column of a row that no step has written.
UNWRITTEN = -1.0


class GradientRing:
    """The ring itself: `capacity` rows of `3 + 2 * n` norms, written inside the compiled step.

    Args:
        variables: The n variables whose gradients are measured.
        capacity: How many rows it holds.
        dtype: Of the norms.
        counts: An int64 variable of shape `[2]`: rows ever written, and skipped steps among them.
        layer_norms: What more is kept of each variable: names among those of `LAYER_NORMS`.

    Attributes:
        layer_norms: The same.
    """

    def __init__(
        self,
        variables: list[Any],
        capacity: int,
        dtype: str,
        counts: keras.Variable,
        layer_norms: tuple[str, ...] = (),
    ) -> None:
        self.variables = variables
        self.paths = tuple(getattr(variable, "path", variable.name) for variable in variables)
        self.capacity = capacity
        self.dtype = dtype
        self.counts = counts
        self.cleared = 0
        self.counts_when_cleared = (0, 0)
        self._strategy = tf.distribute.get_strategy()
        self.rows = self._variable(3 + 2 * len(variables), UNWRITTEN, "gradient_history")
        self.keep_layer_norms(layer_norms)

    def keep_layer_norms(self, names: tuple[str, ...]) -> None:
        """Makes room for so many more norms of each variable; the rows so far have NaN there."""
        self.layer_norms = names
        inside = tf.distribute.get_strategy() is self._strategy
        with contextlib.nullcontext() if inside else self._strategy.scope():
            # Not among the other columns: those are written before the update, and these after it.
            columns = len(names) * len(self.paths)
            self._layer_rows = self._variable(columns, math.nan, "layer_history") if names else None

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
            skipped: Whether the step was skipped, which has a column of its own.
        """
        # Not packed: TensorFlow 2.21 replaces a pack of one tensor with itself by a reshape to a wrong size.
        both = tf.reshape(norm, [1]), tf.reshape(applied_norm, [1])
        flag = tf.constant([float(skipped)], norm.dtype)
        row = tf.concat([*both, flag, self._spread(norms, places), self._spread(applied_norms, places)], 0)
        # The handle is that of this replica's copy. Every replica writes the same row, so no aggregation is needed,
        # and a branch of tf.cond, where Keras's own assign cannot aggregate, can write too.
        counts = self.counts.value.handle
        written = tf.raw_ops.ReadVariableOp(resource=counts, dtype=tf.int64)[0]
        tf.raw_ops.ResourceScatterUpdate(
            resource=self.rows.value.handle, indices=tf.math.floormod(written, self.capacity), updates=row
        )
        tf.raw_ops.AssignAddVariableOp(resource=counts, value=tf.constant([1, int(skipped)], tf.int64))

    def write_layers(self, columns: dict[str, tuple[tf.Tensor, list[int]]]) -> None:
        """Completes the row that was appended last.

        Args:
            columns: For each of `layer_norms` the norms, `[m]`, and which of the n variables they belong to.
        """
        assert self._layer_rows is not None
        parts = [self._spread(*columns[name]) for name in self.layer_norms]
        written = tf.raw_ops.ReadVariableOp(resource=self.counts.value.handle, dtype=tf.int64)[0]
        tf.raw_ops.ResourceScatterUpdate(
            resource=self._layer_rows.value.handle,
            indices=tf.math.floormod(written - 1, self.capacity),
            updates=parts[0] if len(parts) == 1 else tf.concat(parts, 0),
        )

    def _spread(self, norms: tf.Tensor, places: list[int]) -> tf.Tensor:
        n = len(self.paths)
        if places == list(range(n)):
            return norms
        source = dict(zip(places, range(len(places)), strict=True))
        with_none = tf.concat([norms, [tf.constant(math.nan, norms.dtype)]], 0)
        return tf.gather(with_none, [source.get(i, len(places)) for i in range(n)])

    def clear(self) -> None:
        """Forgets every row; the counts stay, and every reader goes on from them."""
        self.rows.assign(np.full(self.rows.shape, UNWRITTEN))
        if self._layer_rows is not None:
            self._layer_rows.assign(np.full(self._layer_rows.shape, math.nan))
        self.cleared += 1
        self.counts_when_cleared = self.read_counts()

    def read_counts(self) -> tuple[int, int]:
        """Returns how many rows were ever written, and how many of them were skipped steps."""
        written, skipped = self._first_copy(self.counts).numpy()
        return int(written), int(skipped)

    def read_rows(self, first: int, last: int) -> np.ndarray:
        """Returns the rows of the steps from `first` to before `last`, as far as the ring holds them.

        The layer norms are the last columns.
        """
        first = max(first, last - self.capacity)
        index = np.arange(first, last) % self.capacity
        stored = [self.rows] if self._layer_rows is None else [self.rows, self._layer_rows]
        # A view of the whole, of which only the rows are copied: a gather takes several times as long.
        return np.concatenate([np.asarray(self._first_copy(part).read_value())[index] for part in stored], axis=1)

    def _variable(self, columns: int, value: float, name: str) -> keras.Variable:
        return keras.Variable(
            keras.initializers.Constant(value),
            shape=(self.capacity, columns),
            dtype=self.dtype,
            trainable=False,
            aggregation="only_first_replica",
            name=name,
        )

    def _first_copy(self, variable: keras.Variable) -> Any:
        return self._strategy.experimental_local_results(variable.value)[0]


def read_copy(variable: Any) -> tf.Tensor:
    """Returns the value of this replica's copy of a variable.

    Inside a branch of a conditional nothing can be aggregated over replicas, which a read by Keras may do.

    >>> float(read_copy(keras.Variable(2.0)))
    2.0
    """
    value = variable.value if isinstance(variable, keras.Variable) else variable
    return tf.raw_ops.ReadVariableOp(resource=value.handle, dtype=value.dtype)
