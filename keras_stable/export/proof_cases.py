"""The inputs that an export is proven on: real samples, and the edges of what a server may be sent."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

NO_ROWS, NOT_A_NUMBER, EXTREMES = "batch of 0", "not a number", "extremes"
_VARYING = 32
_MADE, _MADE_OF_LARGE, _LARGE = 8, 2, 50_000
_WORDS = ("", "word", "two words", "UPPER, with: signs!", "Größe 日本 \N{SNOWMAN}", "long " * 200)


def made_up(specs: Mapping[str, tf.TensorSpec], samples: Mapping[str, np.ndarray] | None = None, seed: int = 0) -> dict:
    """Returns samples that no data set holds, eight or two large ones, in the range of the real ones if there are some.

    Args:
        specs: of the inputs, by name.
        samples: real samples, by name. Default: none; then numbers are normal and integers 0 or 1.
        seed: of the random numbers. Default 0.

    >>> made_up({"x": tf.TensorSpec((None, 2), tf.int32)})["x"].shape
    (8, 2)
    """
    random = np.random.default_rng(seed)
    rows = _MADE if sum(np.prod(_sizes(spec)) for spec in specs.values()) < _LARGE else _MADE_OF_LARGE
    made = {}
    for name, spec in specs.items():
        own = None if samples is None or not len(samples[name]) else samples[name]
        sizes = own.shape[1:] if own is not None else tuple(_sizes(spec))
        made[name] = _values(spec.dtype, (rows, *sizes), own, random)
    return made


def edges(specs: Mapping[str, tf.TensorSpec], made: Mapping[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Returns the cases beside real samples, by name: batches of 0 and 1, other lengths, extremes and NaN.

    Args:
        specs: of the inputs, by name.
        made: what `made_up` returns.

    >>> specs = {"x": tf.TensorSpec((None, None, 2), tf.float32)}
    >>> {case: arrays["x"].shape for case, arrays in edges(specs, made_up(specs)).items()}
    {'batch of 0': (0, 32, 2), 'batch of 1': (1, 32, 2), 'extremes': (6, 32, 2), 'another length': (2, 64, 2),
     'not a number': (3, 32, 2)}
    """
    cases = {
        NO_ROWS: {name: array[:0] for name, array in made.items()},
        "batch of 1": {name: array[:1] for name, array in made.items()},
        EXTREMES: {name: _extremes(array) for name, array in made.items()},
    }
    if any(size is None for spec in specs.values() for size in spec.shape[1:]):
        cases["another length"] = {name: _longer(made[name][:2], spec) for name, spec in specs.items()}
    if any(spec.dtype.is_floating for spec in specs.values()):
        cases[NOT_A_NUMBER] = {name: _nonfinite(array) for name, array in made.items()}
    return {case: _as_many(arrays) for case, arrays in cases.items()}


def _as_many(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    rows = max(map(len, arrays.values()))
    return {name: array[np.arange(rows) % max(len(array), 1)] for name, array in arrays.items()}


def _sizes(spec: tf.TensorSpec) -> list[int]:
    return [_VARYING if size is None else size for size in spec.shape[1:]]


def _values(dtype: tf.DType, shape: tuple[int, ...], own: np.ndarray | None, random: Any) -> np.ndarray:
    if dtype == tf.string:
        # No text of the data: it may be that of a person.
        return random.choice(_encoded(_WORDS), shape)
    if own is not None and np.isfinite(own.astype(np.float64)).any():
        finite = own[np.isfinite(own.astype(np.float64))].astype(np.float64)
        low, high = float(finite.min()), float(finite.max())
        values = random.uniform(low, high, shape)
    else:
        low, high = 0, 1
        values = random.normal(size=shape) if dtype.is_floating else random.integers(0, 2, shape)
    if not dtype.is_floating:
        values = np.clip(np.round(values), low, high)
    return np.asarray(values).astype(dtype.as_numpy_dtype)


def _encoded(words: Any) -> np.ndarray:
    return np.char.encode(np.asarray(words, str), "utf-8")


def _extremes(array: np.ndarray) -> np.ndarray:
    """Rows of one value each: the least and the greatest that were seen, 0, and for numbers far beyond both."""
    shape = array.shape[1:]
    if array.dtype.kind == "S":
        return np.stack([np.full(shape, word) for word in _encoded(_WORDS)])
    if array.dtype.kind != "f":
        # A server is to refuse what lies outside; a layer that looks integers up does.
        values: list[Any] = [array.min(), array.max()]
    else:
        finite = array[np.isfinite(array)]
        reach = max(float(np.abs(finite).max(initial=0)), 1.0)
        values = [finite.min(initial=0), finite.max(initial=0), 0, 100 * reach, -100 * reach, 1e-30]
    return np.stack([np.full(shape, value, array.dtype) for value in values])


def _nonfinite(array: np.ndarray) -> np.ndarray:
    rows = np.concatenate([array[:1]] * 3).copy()
    if rows.dtype.kind == "f":
        for row, value in zip(rows, (np.nan, np.inf, -np.inf), strict=True):
            row.reshape(-1)[:1] = value
    return rows


def _longer(array: np.ndarray, spec: tf.TensorSpec) -> np.ndarray:
    for axis, size in enumerate(spec.shape):
        if axis and size is None:
            array = np.concatenate([array, array], axis)
    return array
