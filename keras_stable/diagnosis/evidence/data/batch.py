"""A batch of rows as NumPy arrays. Imports no TensorFlow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_stable.diagnosis.evidence.data.nesting import leaves, mapped, merged


@dataclass(frozen=True)
class Batch:
    """Inputs, labels and weights of some rows.

    Attributes:
        x: array [rows, ...], or a list, tuple or dict of them, as the model takes it.
        y: the same for the labels; None where there are none.
        sample_weight: the same for the weights, or None.

    >>> Batch([np.arange(4), np.eye(4)], np.arange(4) * 10).take([1, 3]).y
    array([10, 30])
    """

    x: Any
    y: Any
    sample_weight: Any = None

    @property
    def rows(self) -> int:
        """Returns how many rows there are."""
        return len((leaves(self.y) or leaves(self.x))[0])

    def take(self, indices: Any) -> "Batch":
        """Returns the rows of an index array, mask or slice."""
        chosen = indices if isinstance(indices, slice) else np.asarray(indices)
        return Batch(*(mapped(lambda leaf: leaf[chosen], part) for part in (self.x, self.y, self.sample_weight)))


def joined(batches: Sequence[Batch]) -> Batch:
    """Returns several batches as one; sequences that are shorter in some batches are filled up with zeros."""
    return Batch(
        *(merged(stacked, [getattr(batch, part) for batch in batches]) for part in ("x", "y", "sample_weight"))
    )


def stacked(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Returns arrays [n_i, ...] as one array [sum n_i, ...], filled up with zeros (text: "") where shapes differ.

    >>> stacked([np.ones((1, 2)), np.ones((1, 3))]).tolist()
    [[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
    """
    if len({array.shape[1:] for array in arrays}) == 1:
        return np.concatenate(arrays)
    longest = np.max([array.shape[1:] for array in arrays], axis=0)
    filled = []
    for array in arrays:
        width = [(0, 0), *((0, int(most - own)) for most, own in zip(longest, array.shape[1:], strict=True))]
        filled.append(np.pad(array, width, constant_values="" if array.dtype.kind in "OSU" else 0))
    return np.concatenate(filled)
