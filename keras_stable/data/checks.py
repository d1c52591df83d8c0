"""What data must be before anything trains on it; every check says how many rows fail and which is first.

The checks take one chunk of rows after the other, so arrays and streams of any length go the same way.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_stable.errors import DataError

_CHUNK_BYTES = 2**24
_MOST_CLASSES = 2**31
_LARGEST = float(np.finfo(np.float32).max)


def data_error(argument: str, must_be: str, received: str) -> DataError:
    """Returns the error for data that cannot be trained on, in the form of every message.

    >>> str(data_error("y", "class ids", "text"))
    '`y` must be class ids. Received: text'
    """
    return DataError(f"`{argument}` must be {must_be}. Received: {received}")


@dataclass
class Rows:
    """Counts the rows that fail one check."""

    count: int = 0
    first: int = 0

    def add(self, bad: np.ndarray, offset: int) -> None:
        """Counts the True rows of a bool array [n] whose first row is row `offset` of the whole."""
        if bad.any():
            if not self.count:
                self.first = offset + int(np.argmax(bad))
            self.count += int(bad.sum())


@dataclass
class Scan:
    """What one pass over samples finds.

    Args:
        samples: int.
        input_shape: tuple of int, the shape of one input.
        labels: int64 array [samples].
        one_hot: int, the columns of one-hot labels, or 0 for class ids.
    """

    samples: int
    input_shape: tuple[int, ...]
    labels: np.ndarray
    one_hot: int


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
        if x.ndim < 2 or 0 in x.shape[1:]:
            raise data_error(
                self.x_name, "of shape [samples, ...] with at least one value a sample", f"shape {_text(x.shape)}"
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
                f"inputs of one shape, {_text(self.input_shape or ())}",
                f"shape {_text(x.shape[1:])} from row {self.samples}",
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
        if y.ndim not in (1, 2) or self.one_hot not in (None, columns):
            raise data_error(self.y_name, "class ids [n] or one-hot rows [n, classes]", f"shape {_text(y.shape)}")
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


def check_numeric(array: np.ndarray, name: str) -> None:
    """Raises DataError for an array of objects, text, dates or complex numbers."""
    if array.dtype.kind not in "biuf":
        raise data_error(name, "an array of real numbers", f"dtype {array.dtype}")


def check_classes(train: Scan, y_name: str, num_classes: int | None = None) -> np.ndarray:
    """Returns the training samples of each class.

    Args:
        train: `Scan` of the training samples.
        y_name: str, what to call the labels in a message.
        num_classes: int, or None to take it from the labels. Default: None.

    Returns:
        int64 array [num_classes].

    Raises:
        DataError: one class only, a class id that is out of range, or a class without a training sample.
    """
    num_classes = num_classes or train.one_hot or int(train.labels.max()) + 1
    _check_range(train.labels, num_classes, y_name)
    present = np.unique(train.labels)
    if len(present) < 2:
        raise data_error(y_name, "of at least two classes", f"class {present[0]} in all {train.samples} rows")
    if len(present) < num_classes:
        missing = np.setdiff1d(np.arange(num_classes), present) if num_classes < 10**6 else None
        listed = f"no sample of {_listed(missing)}" if missing is not None else f"ids up to {present[-1]}"
        raise data_error(
            y_name,
            f"class ids 0 to {num_classes - 1} with a training sample for each; "
            "`np.unique(y, return_inverse=True)[1]` numbers the classes that are there",
            listed,
        )
    return np.bincount(train.labels, minlength=num_classes).astype(np.int64)


def check_validation(validation: Scan, train: Scan, num_classes: int, x_name: str, y_name: str) -> None:
    """Raises DataError for validation samples that a model of the training samples cannot take."""
    if validation.input_shape != train.input_shape:
        raise data_error(
            x_name,
            f"inputs of the shape of the training inputs, {_text(train.input_shape)}",
            f"shape {_text(validation.input_shape)}",
        )
    _check_range(validation.labels, num_classes, y_name)


def check_batch_size(batch_size: int, samples: int) -> None:
    """Raises DataError for a batch that is larger than the training set."""
    if batch_size > samples:
        raise data_error(
            "fit.batch_size", f"at most the number of training samples, {samples}", f"fit.batch_size={batch_size}"
        )


def _check_range(labels: np.ndarray, num_classes: int, y_name: str) -> None:
    rows = Rows()
    rows.add(labels >= num_classes, 0)
    if rows.count:
        raise data_error(
            y_name,
            f"class ids from 0 to {num_classes - 1}, the classes of training",
            f"other ids in {rows.count} of {len(labels)} rows, the first is {labels[rows.first]} in row {rows.first}",
        )


def finite_rows(array: np.ndarray) -> np.ndarray:
    """Returns a bool array [n], False for the rows of an array [n, ...] with NaN or infinity."""
    if array.dtype.kind != "f":
        return np.ones(len(array), dtype=bool)
    return np.isfinite(array).all(axis=tuple(range(1, array.ndim)))


def _listed(ids: np.ndarray) -> str:
    shown = ", ".join(map(str, ids[:5]))
    return f"class {shown}" + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")


def _text(shape: tuple[int, ...]) -> str:
    return str(list(shape))
