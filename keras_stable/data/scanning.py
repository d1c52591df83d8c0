"""The one pass over samples that finds what cannot be trained on.

It takes one chunk of rows after the other, so arrays and streams of any length go the same way.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_stable.data.checks import Rows, Scan, check_numeric, data_error, finite_rows, shape_text

_CHUNK_BYTES = 2**24
_MOST_CLASSES = 2**31
_LARGEST = float(np.finfo(np.float32).max)


@dataclass
class _Pass:
    x_name: str
    y_name: str
    scale: float
    samples: int = 0
    input_shape: tuple[int, ...] | None = None
    one_hot: int | None = None
    labels: list[np.ndarray] = field(default_factory=list)
    x_bad: Rows = field(default_factory=Rows)
    y_bad: Rows = field(default_factory=Rows)
    fractional: Rows = field(default_factory=Rows)
    mixed: Rows = field(default_factory=Rows)
    out_of_range: Rows = field(default_factory=Rows)
    too_large: Rows = field(default_factory=Rows)

    def take(self, x: np.ndarray, y: np.ndarray) -> None:
        check_numeric(x, self.x_name)
        check_numeric(y, self.y_name)
        if x.ndim and y.ndim and not len(x) and not len(y):
            return
        if x.ndim < 2 or 0 in x.shape[1:]:
            raise data_error(
                self.x_name, "of shape [samples, ...] with at least one value a sample", f"shape {shape_text(x.shape)}"
            )
        if y.ndim == 0 or len(x) != len(y):
            raise data_error(
                f"{self.x_name} and {self.y_name}",
                "of one length",
                f"{len(x)} inputs and {y.size if y.ndim == 0 else len(y)} labels",
            )
        if self.input_shape not in (None, x.shape[1:]):
            raise data_error(
                self.x_name,
                f"inputs of one shape, {shape_text(self.input_shape or ())}",
                f"shape {shape_text(x.shape[1:])} from row {self.samples}",
            )
        self.input_shape = x.shape[1:]
        self.x_bad.add(~finite_rows(x), self.samples)
        if max(abs(float(x.max())), abs(float(x.min()))) > _LARGEST / self.scale:
            large = np.abs(x.astype(np.float64)) > _LARGEST / self.scale
            self.too_large.add(large.reshape(len(x), -1).any(axis=1), self.samples)
        self.labels.append(self._ids(y))
        self.samples += len(x)

    def _ids(self, y: np.ndarray) -> np.ndarray:
        if y.ndim == 2 and y.shape[1] == 1:
            y = y[:, 0]
        columns = y.shape[1] if y.ndim == 2 else 0
        if y.ndim not in (1, 2) or 0 in y.shape or self.one_hot not in (None, columns):
            raise data_error(self.y_name, "class ids [n] or one-hot rows [n, classes]", f"shape {shape_text(y.shape)}")
        self.one_hot = columns
        finite = finite_rows(y)
        self.y_bad.add(~finite, self.samples)
        if columns:
            self.mixed.add(finite & ~(((y == 0) | (y == 1)).all(axis=1) & (y.sum(axis=1) == 1)), self.samples)
            return np.argmax(y, axis=1).astype(np.int64)
        y = np.where(finite, y, 0)
        self.fractional.add(y != np.floor(y) if y.dtype.kind == "f" else np.zeros(len(y), bool), self.samples)
        bad = (y < 0) | (y >= _MOST_CLASSES)
        self.out_of_range.add(bad, self.samples)
        return np.where(bad, 0, y).astype(np.int64)

    def result(self) -> Scan:
        if not self.samples:
            raise data_error(self.x_name, "a set with samples", "an empty set")
        for name, must_be, what, rows in (
            (self.x_name, "finite", "NaN or infinity", self.x_bad),
            (self.y_name, "finite", "NaN or infinity", self.y_bad),
            (self.y_name, "class ids, which are integers", "values between integers", self.fractional),
            (self.y_name, "one-hot rows, each with exactly one 1 and else 0", "other rows", self.mixed),
            (self.y_name, f"class ids >= 0 and < {_MOST_CLASSES}", "other values", self.out_of_range),
            (
                self.x_name,
                f"inputs that float32 holds after `data.input_scale`={self.scale:g}",
                "larger values",
                self.too_large,
            ),
        ):
            if rows.count:
                raise data_error(
                    name, must_be, f"{what} in {rows.count} of {self.samples} rows, the first is row {rows.first}"
                )
        return Scan(self.samples, self.input_shape or (), np.concatenate(self.labels), self.one_hot or 0)


def scan(chunks: Iterable[tuple[Any, Any]], x_name: str, y_name: str, scale: float = 1.0) -> Scan:
    """Checks samples in one pass.

    Besides one chunk it keeps the class id of each sample and nothing else.

    Args:
        chunks: iterable of (inputs [n, ...], labels [n], [n, 1] or one-hot [n, classes]).
        x_name: str, what to call the inputs in a message.
        y_name: str, what to call the labels.
        scale: float, the factor by which the inputs are multiplied later, in float32. Default: 1.0.

    Returns:
        A `Scan`.

    Raises:
        DataError: no samples, values that are no numbers or not finite, labels that are no class ids, or shapes
            that disagree.

    >>> scan([(np.ones([2, 3]), np.array([0, 1])), (np.ones([1, 3]), np.array([1]))], "x", "y").labels
    array([0, 1, 1])
    """
    state = _Pass(x_name, y_name, scale)
    for x, y in chunks:
        state.take(np.asarray(x), np.asarray(y))
    return state.result()


def array_chunks(x: np.ndarray, y: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yields arrays in slices of about 16 MB of inputs, so that the checks need little memory of their own."""
    rows = max(1, _CHUNK_BYTES // max(1, x[:1].nbytes))
    for start in range(0, len(x), rows):
        yield x[start : start + rows], y[start : start + rows]
