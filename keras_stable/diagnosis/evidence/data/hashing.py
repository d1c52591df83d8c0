"""Rows as short hashes that are equal for equal rows. Imports no TensorFlow."""

from hashlib import blake2b
from typing import Any

import numpy as np

from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.data.row_access import is_float, is_number


def row_hashes(part: Any) -> list[bytes]:
    """Returns a hash of each row of an array, or of a nesting of arrays.

    >>> first, second, third = row_hashes(np.array([[0.0, 1.0], [0.0, 2.0], [-0.0, 1.0]]))
    >>> first == third, first == second
    (True, False)
    """
    return [blake2b(row, digest_size=16).digest() for row in row_bytes(part)]


def row_bytes(part: Any) -> list[bytes]:
    """Returns each row as bytes that are equal for equal rows."""
    columns = [_numbers(leaf) if is_number(leaf.dtype) else _text(leaf) for leaf in leaves(part)]
    return columns[0] if len(columns) == 1 else [b"\0".join(row) for row in zip(*columns, strict=True)]


def _numbers(leaf: np.ndarray) -> list[bytes]:
    if is_float(leaf.dtype):
        leaf = leaf.astype(np.float32) + np.float32(0)  # minus zero becomes zero
    rows = np.ascontiguousarray(leaf).reshape(len(leaf), -1)
    return rows.view(f"V{rows.shape[1] * rows.itemsize}").ravel().tolist()


def _text(leaf: np.ndarray) -> list[bytes]:
    rows = leaf.reshape(len(leaf), -1).tolist()
    return [
        "\0".join(value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in row).encode()
        for row in rows
    ]
