"""Rows of anything that Keras takes as an array: NumPy, tensors, data frames, sparse and ragged. No copy is made."""

import importlib
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_stable.data.checks import data_error, shape_text

_TEXT_ROWS = 100  # of an object array, which are looked at to tell text from anything else


class ArrayRows:
    """One array of which rows are read as `fit` would read them: floats in Keras's float type, dense.

    Args:
        shape: tuple, with the rows first; None for a length that varies.
        dtype: the NumPy dtype of what the user gave.
        read: takes an index array or a slice and returns the rows as a NumPy array.

    >>> rows = array_rows([[1.0], [2.0], [3.0]], "x")
    >>> len(rows), rows[np.array([0, 2])].tolist(), rows.part(1, 3)[:1].tolist()
    (3, [[1.0], [3.0]], [[2.0]])
    """

    def __init__(self, shape: tuple[int | None, ...], dtype: np.dtype, read: Callable[[Any], np.ndarray]) -> None:
        self.shape = shape
        self.dtype = dtype
        self._read = read

    def __len__(self) -> int:
        return self.shape[0] or 0

    def __getitem__(self, rows: Any) -> np.ndarray:
        return as_fit_reads(self._read(rows))

    def part(self, start: int, stop: int) -> "ArrayRows":
        """Returns the rows from `start` to before `stop`, as a view."""
        every = range(start, stop)

        def read(rows: Any) -> np.ndarray:
            if isinstance(rows, slice):
                taken = every[rows]
                return self._read(slice(taken.start, taken.stop, taken.step))
            return self._read(np.asarray(rows) + start)

        return ArrayRows((stop - start, *self.shape[1:]), self.dtype, read)

    @property
    def row_bytes(self) -> int:
        """Returns about how many bytes a row takes."""
        return max(1, int(np.prod([size or 1 for size in self.shape[1:]], dtype=np.int64)) * self.dtype.itemsize)


def array_rows(value: Any, argument: str) -> ArrayRows:
    """Returns the rows of one array.

    Args:
        value: array, eager tensor, data frame, sparse or ragged tensor, or nested lists of numbers or text.
        argument: str, what to call it in a message.

    Raises:
        DataError: it cannot be made an array of numbers or text with one row a sample.
    """
    if hasattr(value, "tocsr"):
        table = value.tocsr()
        return ArrayRows(tuple(table.shape), table.dtype, lambda rows: table[rows].toarray())
    if _is(value, "RaggedTensor"):
        shape = (int(value.nrows()), *value.shape[1:])
        return ArrayRows(shape, np.dtype(value.dtype.as_numpy_dtype), lambda rows: _ragged(value, rows))
    if _is(value, "SparseTensor"):
        return _sparse(value, argument)
    array = _array(value, argument)
    if array.ndim == 0:
        raise data_error(argument, "an array with one row a sample", f"a single value, {value!r}")
    check_values(array, argument)
    return ArrayRows(array.shape, array.dtype, array.__getitem__)


def nested_rows(structure: Any, argument: str) -> Any:
    """Returns the same nesting with `ArrayRows` for arrays; lists that hold no array are arrays themselves."""
    if isinstance(structure, dict):
        return {key: nested_rows(value, f"{argument}[{key!r}]") for key, value in structure.items()}
    if isinstance(structure, list | tuple) and _holds_array(structure):
        parts = [nested_rows(value, f"{argument}[{index}]") for index, value in enumerate(structure)]
        return type(structure)(*parts) if hasattr(structure, "_fields") else type(structure)(parts)
    return None if structure is None else array_rows(structure, argument)


def dense(structure: Any) -> Any:
    """Returns the nesting of one batch with NumPy arrays; ragged and sparse leaves are filled up with zeros."""
    if isinstance(structure, dict):
        return {key: dense(value) for key, value in structure.items()}
    if isinstance(structure, list | tuple) and (_holds_array(structure) or not structure):
        parts = [dense(value) for value in structure]
        return type(structure)(*parts) if hasattr(structure, "_fields") else type(structure)(parts)
    return None if structure is None else _dense(structure)


def check_values(array: np.ndarray, argument: str) -> None:
    """Raises DataError for an array of objects that are no text, of dates, or without a value in a sample."""
    if 0 in array.shape[1:]:
        raise data_error(argument, "an array with at least one value a sample", f"shape {shape_text(array.shape)}")
    if array.dtype.kind in "mM":
        raise data_error(argument, "an array of numbers or text", f"dtype {array.dtype}")
    if array.dtype.kind != "O":
        return
    odd = next((item for item in array[:_TEXT_ROWS].ravel() if not isinstance(item, str | bytes)), None)
    if odd is not None:
        what = f"dtype object, holding {type(odd).__name__}; `.astype('float32')` makes numbers of it"
        raise data_error(argument, "an array of numbers or text", what)


def check_labels(array: np.ndarray, argument: str) -> None:
    """Raises DataError for labels that are no numbers."""
    if not is_number(array.dtype):
        must_be = "numbers; `np.unique(y, return_inverse=True)[1]` makes class ids of text"
        raise data_error(argument, must_be, f"dtype {array.dtype}, the first is {array.ravel().tolist()[0]!r}")


def as_fit_reads(array: np.ndarray) -> np.ndarray:
    """Returns the array with floats in the type that `fit` turns them into, `keras.config.floatx()`."""
    floatx = np.dtype(sys.modules["keras"].config.floatx() if "keras" in sys.modules else "float32")
    if not is_float(array.dtype) or array.dtype == floatx:
        return array
    with np.errstate(over="ignore"):  # becomes infinite, as it does in `fit`; the rules find it
        return array.astype(floatx)


def is_float(dtype: np.dtype) -> bool:
    """Whether a dtype holds real numbers with fractions, `bfloat16` and its kin included."""
    return dtype.kind == "f" or (dtype.kind == "V" and "float" in dtype.name)


def is_number(dtype: np.dtype) -> bool:
    """Whether a dtype holds real numbers or bools."""
    return dtype.kind in "biu" or is_float(dtype)


def _is(value: Any, name: str) -> bool:
    return any(
        parent.__name__ == name and parent.__module__.startswith("tensorflow.") for parent in type(value).__mro__
    )


def _holds_array(structure: list | tuple) -> bool:
    return any(
        _holds_array(value)
        if isinstance(value, list | tuple)
        else isinstance(value, dict) or hasattr(value, "to_numpy") or len(getattr(value, "shape", ())) > 0
        for value in structure[:1000]
    )


def _array(value: Any, argument: str) -> np.ndarray:
    if (
        not isinstance(value, list | tuple | int | float)
        and not hasattr(value, "__array__")
        and not hasattr(value, "to_numpy")
    ):
        raise data_error(argument, "an array, a tf.data.Dataset or a PyDataset", type(value).__name__)
    column = type(value).__module__.partition(".")[0] == "pandas" and getattr(value, "ndim", 2) == 1
    try:
        array = np.asarray(value.to_numpy() if hasattr(value, "to_numpy") else value)
    except Exception as error:
        what = f"{type(value).__name__}: {str(error).partition(chr(10))[0]}"
        raise data_error(argument, "an array with one row a sample", what) from error
    # Keras gives a pandas column an axis of its own.
    return array[:, None] if column and array.ndim == 1 else array


def _dense(leaf: Any) -> np.ndarray:
    if _is(leaf, "RaggedTensor"):
        return leaf.to_tensor().numpy()
    if _is(leaf, "SparseTensor"):
        return sys.modules["tensorflow"].sparse.to_dense(leaf).numpy()
    if hasattr(leaf, "tocsr"):
        return leaf.toarray()
    return _array(leaf, "x")


def _ragged(value: Any, rows: Any) -> np.ndarray:
    tensorflow = sys.modules["tensorflow"]
    return (value[rows] if isinstance(rows, slice) else tensorflow.gather(value, rows)).to_tensor().numpy()


def _sparse(value: Any, argument: str) -> ArrayRows:
    sparse = importlib.import_module("scipy.sparse")  # comes with scikit-learn; few data sets need it
    if len(value.shape) != 2:
        raise data_error(argument, "dense, or a sparse table [samples, features]", f"shape {shape_text(value.shape)}")
    indices = value.indices.numpy()
    table = sparse.coo_matrix((value.values.numpy(), (indices[:, 0], indices[:, 1])), shape=tuple(value.shape))
    return array_rows(table, argument)
