"""Where NaN and infinity are. Imports no TensorFlow."""

from dataclasses import dataclass

import numpy as np

from keras_stable.diagnosis.evidence.data.row_access import ArrayRows, is_float

_CHUNK_BYTES = 2**24
_FIRST = 10


@dataclass
class Nonfinite:
    """Counts NaN and infinite values.

    Attributes:
        count: int, such values.
        rows: tuple of int, the first ten rows that hold one.

    >>> nonfinite = Nonfinite()
    >>> nonfinite.add(np.array([[1.0, 2.0], [np.nan, np.inf]]), np.array([5, 6]))
    >>> nonfinite
    Nonfinite(count=2, rows=(6,))
    """

    count: int = 0
    rows: tuple[int, ...] = ()

    def add(self, values: np.ndarray, rows: np.ndarray) -> None:
        """Adds an array [n, ...] whose rows have the given numbers."""
        if not is_float(values.dtype) or not values.size:
            return
        # The range is found several times faster than a mask of the whole, and NaN goes through it.
        with np.errstate(invalid="ignore"):
            lowest, highest = values.min(), values.max()
        if np.isfinite(lowest) and np.isfinite(highest):
            return
        bad = ~np.isfinite(values).reshape(len(values), -1)
        self.count += int(bad.sum())
        self.rows = (*self.rows, *rows[bad.any(axis=1)].tolist())[:_FIRST]


def nonfinite_in(array: ArrayRows, most_bytes: int) -> Nonfinite | None:
    """Looks through all rows of an array; None where it has more than `most_bytes`."""
    nonfinite = Nonfinite()
    if not is_float(array.dtype):
        return nonfinite
    if len(array) * array.row_bytes > most_bytes:
        return None
    step = max(1, _CHUNK_BYTES // array.row_bytes)
    for start in range(0, len(array), step):
        values = array[start : start + step]
        nonfinite.add(values, np.arange(start, start + len(values)))
    return nonfinite
