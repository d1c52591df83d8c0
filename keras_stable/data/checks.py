"""What data must be before anything trains on it; every check says how many rows fail and which is first."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_stable.errors import DataError


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

    def add(self, bad: Any, offset: int) -> None:
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
            f"inputs of the shape of the training inputs, {shape_text(train.input_shape)}",
            f"shape {shape_text(validation.input_shape)}",
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


def shape_text(shape: tuple[int, ...]) -> str:
    """Returns a shape as `[2, 3]`."""
    return str(list(shape))
