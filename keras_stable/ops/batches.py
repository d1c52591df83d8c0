"""Walks over the inputs of anything that `fit` takes, a batch at a time."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

_ROWS = 1024


def input_batches(data: Any, rows: int = _ROWS) -> Iterator[Any]:
    """Yields the inputs of `data` as NumPy batches, with flat memory.

    Args:
        data: array or tensor [n, ...], or a dictionary of such, cut into batches of `rows`; or a batched
            `tf.data.Dataset`, `keras.utils.PyDataset` or iterable of batches, taken as they come. Of a batch that is a
            tuple (inputs, labels, ...), the first entry is yielded.
        rows: int, how many samples of an array make a batch.

    >>> [batch.shape for batch in input_batches(np.zeros((5, 2)), rows=3)]
    [(3, 2), (2, 2)]
    >>> [batch.shape for batch in input_batches([(np.zeros((4, 2)), np.zeros(4))])]
    [(4, 2)]
    """
    if isinstance(data, Mapping):
        for start in range(0, len(next(iter(data.values()))), rows):
            yield {name: np.asarray(array[start : start + rows]) for name, array in data.items()}
        return
    if hasattr(data, "shape") and hasattr(data, "dtype"):
        for start in range(0, len(data), rows):
            yield np.asarray(data[start : start + rows])
        return
    # A PyDataset has no end as an iterator; its length is its number of batches.
    batches = (data[index] for index in range(len(data))) if _is_sequence_of_batches(data) else iter(data)
    for batch in batches:
        first = batch[0] if isinstance(batch, tuple | list) else batch
        yield (
            {name: np.asarray(array) for name, array in first.items()}
            if isinstance(first, Mapping)
            else (np.asarray(first))
        )


def first_inputs(x: Any, count: int) -> Any:
    """Returns the first `count` inputs of arrays, a dataset or a `PyDataset`, or all if there are fewer.

    >>> first_inputs({"a": np.arange(4)}, 2)
    {'a': array([0, 1])}
    """
    taken: list[Any] = []
    rows = 0
    for batch in input_batches(x, rows=count):
        taken.append(batch)
        rows += len(next(iter(batch.values())) if isinstance(batch, Mapping) else batch)
        if rows >= count:
            break
    if isinstance(taken[0], Mapping):
        return {name: np.concatenate([batch[name] for batch in taken])[:count] for name in taken[0]}
    return np.concatenate(taken)[:count]


def _is_sequence_of_batches(data: Any) -> bool:
    return hasattr(data, "__getitem__") and hasattr(data, "num_batches")
