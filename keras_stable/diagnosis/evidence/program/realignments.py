"""Orders in which labels may stand against their inputs by mistake. Imports no TensorFlow."""

import math
from collections.abc import Iterator
from typing import Literal

import numpy as np

_SHIFTS = 12

Kind = Literal["shifted", "reversed", "listed"]


def orders(count: int) -> Iterator[tuple[Kind, int, np.ndarray]]:
    """Yields a kind, the rows of `Realignment`, and the label that belongs to each input if that is what happened.

    Args:
        count: int, rows in all.

    >>> found = {(kind, rows): order for kind, rows, order in orders(12)}
    >>> found["shifted", 1][:3].tolist(), found["reversed", 0][:3].tolist()
    ([1, 2, 3], [11, 10, 9])
    """
    rows = np.arange(count)
    for size in range(1, min(_SHIFTS, count // 2) + 1):
        yield "shifted", size, (rows + size) % count
        yield "shifted", -size, (rows - size) % count
    yield "reversed", 0, rows[::-1]
    for first in (0, 1):
        # Files listed as text come as 1, 10, 100, 2; the order of their numbers is the order of the others.
        listed = np.array(sorted(range(count), key=lambda row: str(row + first)))
        yield "listed", first + 1, listed
        yield "listed", -first - 1, np.argsort(listed)


def transposed(array: np.ndarray) -> np.ndarray | None:
    """Returns an array as it was meant if its rows stood in the last axis and `reshape` brought them to the front.

    >>> columns = np.arange(6).reshape(2, 3)  # three rows of two values, each in a column
    >>> transposed(columns.reshape(3, 2)).tolist()
    [[0, 3], [1, 4], [2, 5]]
    """
    if array.ndim < 2 or math.prod(array.shape[1:]) < 2:
        return None
    return np.moveaxis(array.reshape(*array.shape[1:], len(array)), -1, 0)
