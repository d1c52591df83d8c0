"""Sums over arrays in float64, with memory for a small part of them at a time. Imports no TensorFlow."""

from collections.abc import Iterator

import numpy as np

BLOCK = 1 << 19
"""How many values are taken to float64 at a time."""


def blocks(*arrays: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
    """Yields arrays of one size as flat float64 parts, side by side.

    >>> [part.tolist() for part, in blocks(np.array([[1, 2], [3, 4]]))]
    [[1.0, 2.0, 3.0, 4.0]]
    """
    flat = [array.reshape(-1) for array in arrays]
    for start in range(0, flat[0].size, BLOCK):
        yield tuple(array[start : start + BLOCK].astype("float64") for array in flat)


def sum_of_squares(values: np.ndarray, others: np.ndarray | None = None) -> float:
    """Returns the sum of the squares of the values, or of their differences from others of the same size.

    >>> sum_of_squares(np.array([3.0, 4.0])), sum_of_squares(np.array([3.0, 4.0]), np.array([3.0, 2.0]))
    (25.0, 4.0)
    """
    total = 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        for parts in blocks(*(values,) if others is None else (values, others)):
            rest = parts[0] if others is None else parts[0] - parts[1]
            total += float(rest @ rest)
    return total


def sum_of_sizes(values: np.ndarray) -> float:
    """Returns the sum of the absolute values.

    >>> sum_of_sizes(np.array([3.0, -4.0]))
    7.0
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return float(sum(np.abs(part).sum() for (part,) in blocks(values)))
