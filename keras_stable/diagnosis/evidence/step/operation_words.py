"""The first operation that turned finite numbers into NaN or infinity, in words."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

_DIVISIONS = ("RealDiv", "Div", "Reciprocal", "Inv", "Xdivy")


class FirstNonfinite:
    """Sees operations one by one and remembers, for each place, the first that made a NaN or infinity.

    >>> seen = FirstNonfinite()
    >>> seen("dense", "Log", [tf.constant([1.0, 0.0])], [tf.constant([0.0, -float("inf")])])
    >>> seen.words
    {'dense': 'log of 0'}
    """

    def __init__(self) -> None:
        self.words: dict[str, str] = {}

    def __call__(self, where: str, kind: Any, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        if where in self.words:
            return
        kind = kind.decode() if isinstance(kind, bytes) else str(kind)
        if all(is_finite(tensor) for tensor in outputs) or not all(is_finite(tensor) for tensor in inputs):
            return
        self.words[where] = in_words(kind, inputs)


def is_finite(tensor: Any) -> bool:
    """Returns whether a tensor holds no NaN and no infinity; one without floats holds neither."""
    if not tf.is_tensor(tensor) or not tensor.dtype.is_floating:
        return True
    return bool(tf.reduce_all(tf.math.is_finite(tensor)))


def in_words(kind: str, inputs: Sequence[Any]) -> str:
    """Returns what an operation did to its inputs, such as "exp of 120" or "MatMul of values up to 1e+30"."""
    arrays = [tensor.numpy() for tensor in inputs if tf.is_tensor(tensor) and tensor.dtype.is_floating]
    values = [array.astype("float64") for array in arrays if array.size]
    if not values:
        return kind
    if kind in ("Log", "Log1p"):
        return f"log of {float(values[0].min()) + (kind == 'Log1p'):.3g}"
    if kind in ("Exp", "Expm1"):
        return f"exp of {values[0].max():.3g}"
    if kind in _DIVISIONS and (values[-1] == 0).any():
        return "division by 0"
    if kind == "SqrtGrad" and (values[0] == 0).any():
        return "slope of a square root at 0"
    if kind in ("Sqrt", "Rsqrt"):
        return f"square root of {values[0].min():.3g}" + (" as a divisor" if kind == "Rsqrt" else "")
    narrow = " in 16 bits" if arrays[0].dtype.itemsize == 2 else ""
    return f"{kind} of values up to {max(np.abs(array).max() for array in values):.3g}{narrow}"
