"""The batches that a running `fit` has taken, and which rows of its arrays they were."""

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import tensorflow as tf

from keras_stable.keras_private import batches_of, fitted_arrays, replace_batches, running_fit


class BatchTap:
    """Keeps the last batches, as far as they fit; a batch is the list of its arrays, in the order of `tf.nest`.

    Args:
        max_bytes: int; how much memory the kept ones may take. One is kept whatever its size.
        max_batches: int; how many are kept at most.

    Attributes:
        taken: int; how many batches were taken so far.
        structure: nest of int or None; which array stands where in (x, y, sample_weight).

    >>> tap = BatchTap(max_bytes=100, max_batches=8)
    >>> dataset = tap.tapped(tf.data.Dataset.range(40).batch(4))
    >>> for batch in dataset:
    ...     pass
    >>> tap.taken, [batch.tolist() for batch in tap.batch(9)], tap.batch(0)
    (10, [[36, 37, 38, 39]], None)
    """

    def __init__(self, max_bytes: int, max_batches: int) -> None:
        self._max_bytes = max_bytes
        self._kept: deque[list[np.ndarray]] = deque(maxlen=max_batches)
        self._bytes = 0
        self._lead = 0
        self.taken = 0
        self.structure: Any = None
        self._rows: RowFinder | None = None

    @contextmanager
    def tapping(self) -> Iterator[None]:
        """Taps the `fit` that is running, if its batches come from one dataset; ends with the context."""
        _, iterator = running_fit()
        dataset = None if iterator is None else batches_of(iterator)
        if iterator is None or not isinstance(dataset, tf.data.Dataset):
            yield
            return
        arrays = fitted_arrays(iterator)
        self._rows = None if arrays is None else RowFinder(arrays)
        replace_batches(iterator, self.tapped(dataset))
        try:
            yield
        finally:
            replace_batches(iterator, dataset)

    def tapped(self, dataset: tf.data.Dataset) -> tf.data.Dataset:
        """Returns the same dataset, whose elements are kept here as they are taken from it."""
        tensors = [isinstance(spec, tf.TensorSpec) for spec in tf.nest.flatten(dataset.element_spec)]
        numbers = iter(range(sum(tensors)))
        places = [next(numbers) if is_tensor else None for is_tensor in tensors]
        self.structure = tf.nest.pack_sequence_as(dataset.element_spec, places)

        def keep(*element: Any) -> Any:
            element = element if len(element) > 1 or isinstance(dataset.element_spec, tuple) else element[0]
            tf.numpy_function(self._keep, [part for part in tf.nest.flatten(element) if tf.is_tensor(part)], [])
            return element

        return dataset.map(keep)

    def batch(self, number: int) -> list[np.ndarray] | None:
        """Returns the arrays of a batch by its number in this `fit`; None where it is kept no more."""
        index = number + self._lead - (self.taken - len(self._kept))
        return self._kept[index] if 0 <= index < len(self._kept) else None

    def align(self, steps: int) -> None:
        """Takes the last batch for that of the last of so many steps: a resumed `fit` may have skipped some."""
        self._lead = self.taken - steps

    def rows_of(self, numbers: list[int]) -> list[list[int] | None]:
        """Returns for each batch which rows of the arrays given to `fit` it was; None where that cannot be known."""
        batches = [self.batch(number) for number in numbers]
        kept = [batch for batch in batches if batch is not None]
        if self._rows is None or not kept:
            return [None] * len(numbers)
        rows = iter(self._rows.find(kept))
        return [None if batch is None else next(rows) for batch in batches]

    def _keep(self, *arrays: np.ndarray) -> None:
        self.taken += 1
        if len(self._kept) == self._kept.maxlen:
            self._bytes -= _size(self._kept.popleft())
        self._kept.append(list(arrays))
        self._bytes += _size(arrays)
        while self._bytes > self._max_bytes and len(self._kept) > 1:
            self._bytes -= _size(self._kept.popleft())


class RowFinder:
    """Finds the rows of arrays that a batch consists of, by their values.

    Of rows that are equal in all arrays, the first that was not named yet is named.

    Args:
        arrays: nest of arrays `[n, ...]`.

    >>> finder = RowFinder((np.array([[1.0], [2.0], [2.0]]), np.array([0, 1, 1])))
    >>> finder.find([[np.array([[2.0], [1.0], [2.0]], "float32"), np.array([1, 0, 1])]])
    [[1, 0, 2]]
    """

    def __init__(self, arrays: Any) -> None:
        self._arrays = [array for array in tf.nest.flatten(arrays) if array is not None]

    def find(self, batches: list[list[np.ndarray]]) -> list[list[int] | None]:
        """Returns the row of each sample of each batch; None for a batch with a sample that is in none of the rows."""
        first = batches[0]
        try:
            # As `fit` hands them out: 64-bit floats become those of the backend.
            whole = [np.asarray(array).astype(part.dtype) for array, part in zip(self._arrays, first, strict=True)]
        except (TypeError, ValueError):
            return [None] * len(batches)
        if any(array.ndim != part.ndim or array.dtype == object for array, part in zip(whole, first, strict=True)):
            return [None] * len(batches)
        wanted = [_keys(batch, len(batch[0])) for batch in batches]
        places: dict[bytes, list[int]] = {key: [] for keys in wanted for key in keys}
        for index, key in enumerate(_keys(whole, len(whole[0]))):
            if key in places:
                places[key].append(index)
        return [_named(keys, places) for keys in wanted]


def _named(keys: list[bytes], places: dict[bytes, list[int]]) -> list[int] | None:
    if not all(places[key] for key in keys):
        return None
    used: Counter[bytes] = Counter()
    rows = []
    for key in keys:
        rows.append(places[key][min(used[key], len(places[key]) - 1)])
        used[key] += 1
    return rows


def _keys(arrays: list[np.ndarray], count: int) -> list[bytes]:
    return [b"".join(array[index].tobytes() for array in arrays) for index in range(count)]


def _size(arrays: Any) -> int:
    return sum(array.nbytes for array in arrays)
