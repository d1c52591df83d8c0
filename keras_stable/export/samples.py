"""The first samples of anything that `fit` takes, nested as they are."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np


def first_samples(x: Any, count: int) -> Any:
    """Returns the first `count` inputs, or all if there are fewer, as arrays nested as the inputs are.

    Args:
        x: arrays or tensors [n, ...] in dictionaries, lists or tuples; or a batched `tf.data.Dataset`, a `PyDataset`
            or another iterable of batches, each the inputs or a tuple (inputs, labels, ...).
        count: int.

    >>> first_samples({"a": np.zeros((5, 2)), "b": [[1], [2], [3]]}, 2)["b"]
    array([[1], [2]])
    """
    if not _is_stream(x):
        return _map(x, lambda array: np.asarray(array)[:count])
    taken: list[Any] = []
    batches = (x[index] for index in range(x.num_batches)) if isinstance(x, keras.utils.PyDataset) else iter(x)
    for batch in batches:
        taken.append(_map(batch[0] if isinstance(batch, tuple) else batch, np.asarray))
        if sum(len(_leaf(part)) for part in taken) >= count:
            break
    if not taken:
        return np.zeros(0)
    return _joined(taken, count)


def _is_stream(x: Any) -> bool:
    return not isinstance(x, Mapping | list | tuple) and not (hasattr(x, "shape") and hasattr(x, "dtype"))


def _map(structure: Any, function: Any) -> Any:
    if isinstance(structure, Mapping):
        return {key: _map(value, function) for key, value in structure.items()}
    # A list of numbers, or of lists of them, is an array; one of arrays is a structure.
    if isinstance(structure, list | tuple) and any(_is_part(part) for part in structure):
        return type(structure)(_map(part, function) for part in structure)
    return function(structure)


def _is_part(part: Any) -> bool:
    return isinstance(part, Mapping) or getattr(part, "ndim", 0) > 0 or hasattr(part, "numpy")


def _joined(parts: list[Any], count: int) -> Any:
    first = parts[0]
    if isinstance(first, Mapping):
        return {key: _joined([part[key] for part in parts], count) for key in first}
    if isinstance(first, list | tuple):
        return type(first)(_joined([part[index] for part in parts], count) for index in range(len(first)))
    return np.concatenate(parts)[:count]


def _leaf(structure: Any) -> Any:
    while isinstance(structure, Mapping | list | tuple):
        structure = next(iter(structure.values() if isinstance(structure, Mapping) else structure))
    return structure


def first_labels(x: Any, y: Any, count: int) -> np.ndarray | None:
    """Returns the labels of the samples that `first_samples` returns, or None where batches bring none.

    Args:
        x: as for `first_samples`.
        y: labels [n], or None where `x` brings them along.
        count: int.

    >>> first_labels([(np.zeros((2, 3)), np.array([1, 0]))], None, 1)
    array([1])
    """
    if y is not None:
        return np.asarray(y)[:count]
    if not _is_stream(x) and not isinstance(x, list):
        return None
    labels: list[np.ndarray] = []
    batches = (x[index] for index in range(x.num_batches)) if isinstance(x, keras.utils.PyDataset) else iter(x)
    for batch in batches:
        if not isinstance(batch, tuple) or len(batch) < 2:
            return None
        labels.append(np.asarray(batch[1]))
        if sum(map(len, labels)) >= count:
            break
    return np.concatenate(labels)[:count] if labels else None
