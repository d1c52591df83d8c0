"""Batches of a `tf.data.Dataset` or a `PyDataset`, checked one by one, with flat memory."""

import itertools
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from keras_stable.data.checks import data_error, shape_text
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.data.row_access import check_labels, check_values, dense
from keras_stable.errors import InvalidArgumentError
from keras_stable.imports import first_line


def is_dataset(x: Any) -> bool:
    """Whether something is a `tf.data.Dataset`, distributed or not; it cannot be where TensorFlow was not imported."""
    if "tensorflow" not in sys.modules:
        return False
    # Imported here, so that arrays are looked at without TensorFlow.
    from keras_stable import keras_private

    return keras_private.is_dataset(x)


def is_pydataset(x: Any) -> bool:
    """Whether something is a `keras.utils.PyDataset`, or works like one."""
    return hasattr(type(x), "__getitem__") and hasattr(type(x), "num_batches")


class Stream:
    """Batches that are read from the first to the last, as often as needed.

    A `PyDataset` is only indexed: its `on_epoch_begin` and `on_epoch_end` may change it, so they are not called.

    Args:
        batches: batched `tf.data.Dataset` or `PyDataset` of (inputs, labels) or (inputs, labels, sample weights).
        argument: str, what to call it in a message.
        shuffle: bool, whether `fit` takes the batches of a `PyDataset` in random order.
        steps: int, batches in an epoch; None for all. Default: None.
        labelled: bool, whether there must be labels; without them a batch may be inputs alone. Default: True.

    Attributes:
        rows: int, of the whole stream, once it was read to its end; None before, and where `steps` ends an epoch.

    Raises:
        DataError: when it is read: a batch that cannot be read or is of another form, no batch at all, or fewer
            than `steps`.
    """

    samples = None

    def __init__(
        self, batches: Any, argument: str, shuffle: bool, steps: int | None = None, labelled: bool = True
    ) -> None:
        self.batches = batches
        self.argument = argument
        self.shuffle = shuffle
        self.steps = steps
        self.labelled = labelled
        self.rows: int | None = None
        self.kind = "dataset" if is_dataset(batches) else "pydataset"

    @property
    def length(self) -> int | None:
        """Returns the batches in an epoch; None for a stream that does not tell, or has no end."""
        return self._own_length() if self.steps is None else self.steps

    def read(self, seed: int | None = None) -> Iterator[Batch]:
        """Yields the batches of one epoch, in random order where `fit` shuffles and a seed is given."""
        count = rows = 0
        length = self._own_length()
        for element in itertools.islice(self._elements(seed), self.steps):
            batch = _batch(element, self.argument, count, self.labelled)
            count += 1
            rows += batch.rows
            if count == length:
                self.rows = rows
            yield batch
        if count != self.steps:
            self.rows = rows
        if not count:
            raise data_error(self.argument, "a source of batches, every time that it is read", "no batch")
        if self.steps is not None and count < self.steps:
            must_be = f"data for {self.steps} batches, as `steps_per_epoch` says"
            raise data_error(self.argument, must_be, f"data that ends after {count}")

    def chunks(
        self, rows: int, *, seed: int = 0, inputs: bool = True, most_bytes: int | None = None
    ) -> Iterator[tuple[np.ndarray, Batch]]:
        """Yields the first rows batch by batch, with their numbers.

        Args:
            rows: int, how many in all.
            seed: not used: the order is the stream's own.
            inputs: not used: a batch comes whole.
            most_bytes: int, of all rows together, or None; no batch is read once it is reached.
        """
        del seed, inputs
        start = size = 0
        for batch in self.read():
            taken = batch if batch.rows <= rows - start else batch.take(slice(rows - start))
            yield np.arange(start, start + taken.rows), taken
            start += taken.rows
            size += sum(leaf.nbytes for part in (taken.x, taken.y) for leaf in leaves(part))
            if start >= rows or (most_bytes is not None and size >= most_bytes):
                return

    def _own_length(self) -> int | None:
        if self.kind == "dataset":
            cardinality = self.batches.cardinality
            batches = int(cardinality() if callable(cardinality) else cardinality)
            return batches if batches >= 0 else None
        try:
            return self.batches.num_batches
        except Exception as error:
            raise data_error(self.argument, "a PyDataset that has `__len__`", first_line(error)) from error

    def _elements(self, seed: int | None) -> Iterator[Any]:
        try:
            yield from self.batches if self.kind == "dataset" else map(self.batches.__getitem__, self._order(seed))
        except InvalidArgumentError:
            raise
        except Exception as error:
            raise data_error(self.argument, "batches that can be read", self._reason(error)) from error

    def _order(self, seed: int | None) -> Iterable[int]:
        length = self._own_length()
        if length is None:
            return itertools.count()
        if self.shuffle and seed is not None:
            return np.random.default_rng(seed).permutation(length).tolist()
        return range(length)

    def _reason(self, error: Exception) -> str:
        if self.kind == "pydataset":
            return first_line(error)
        from keras_stable.data.streams import reason

        return reason(error)


def _batch(element: Any, argument: str, index: int, labelled: bool = True) -> Batch:
    parts = tuple(element) if isinstance(element, list) else element
    if not labelled and (not isinstance(parts, tuple) or hasattr(parts, "_fields") or len(parts) == 1):
        parts = (parts[0] if isinstance(parts, tuple) and not hasattr(parts, "_fields") else parts, None)
    if not isinstance(parts, tuple) or hasattr(parts, "_fields") or len(parts) not in (2, 3):
        what = f"a tuple of {len(parts)}" if isinstance(parts, tuple) else type(parts).__name__
        raise data_error(argument, "batches of (inputs, labels) or (inputs, labels, sample weights)", what)
    batch = Batch(*map(dense, parts))
    inputs, labels = leaves(batch.x), leaves(batch.y)
    if not inputs or (labelled and not labels):
        raise data_error(
            argument, "batches of (inputs, labels)", f"batch {index} without {'labels' if inputs else 'inputs'}"
        )
    for name, arrays in (("inputs", inputs), ("labels", labels), ("weights", leaves(batch.sample_weight))):
        for array in arrays:
            if array.ndim == 0:
                must_be = "batches, with the rows first; `.batch(32)` makes batches of a dataset"
                raise data_error(argument, must_be, f"{name} of shape {shape_text(array.shape)}")
            check_values(array, f"{name} of {argument}")
    lengths = {len(array) for part in (batch.x, batch.y, batch.sample_weight) for array in leaves(part)}
    if len(lengths) > 1 or lengths == {0}:
        what = f"batch {index} with {len(inputs[0])} inputs and {len(labels[0]) if labels else 0} labels"
        raise data_error(argument, "batches with rows, and a label and weight for each", what)
    for array in labels:
        check_labels(array, f"labels of {argument}")
    return batch
