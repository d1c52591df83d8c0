"""`kind: python`: whatever a function of the user's returns."""

import itertools
from typing import Any

import keras
import tensorflow as tf

from keras_stable.config import PythonData
from keras_stable.data.checks import data_error
from keras_stable.data.in_memory import from_arrays
from keras_stable.data.streams import Stream, from_streams
from keras_stable.data.structures import Arrays, ArraySource, Data
from keras_stable.imports import call_object

_FORMS = "(x, y), (x, y, (x_val, y_val)), ((x, y), (x_val, y_val)), (dataset, validation_dataset), or a dict of these"


def load(config: PythonData, *, batch_size: int, seed: int) -> Data:
    """Calls the function with `data.arguments` and takes what `fit` takes.

    The function returns one of these, where x is an array [n, ...] and y class ids [n], [n, 1] or one-hot
    [n, classes] (NumPy, tensors, or anything that `numpy.asarray` takes):

    - `(x, y)`: split by `validation_split`;
    - `(x, y, (x_val, y_val))` or `((x, y), (x_val, y_val))` with tuples;
    - `{"x": x, "y": y, "validation_data": (x_val, y_val)}`, the last key optional;
    - `(dataset, validation_dataset)` or `{"x": dataset, "validation_data": validation_dataset}`, where a dataset is a
      finite batched `tf.data.Dataset` or a `keras.utils.PyDataset` of (inputs, labels).

    A dataset needs a validation dataset: it cannot be split without holding all of it in memory, and leaving out
    batches is unsound where they come in a new order each time. Its own batches are used, so `fit.batch_size` is
    not. It is read once from start to end for the checks, so it must be repeatable.

    Raises:
        InvalidArgumentError: the function cannot be imported or called.
        DataError: the function returns something else, or samples that cannot be trained on.
    """
    value = call_object(config.target, config.arguments, "data.target")
    train, validation = _parts(value, config.target)
    if _is_stream(train):
        if validation is None:
            raise data_error(
                "data.target",
                "a function that returns (dataset, validation_dataset): a dataset is not split",
                f"{config.target}, which returned a {type(train).__name__} alone",
            )
        if not _is_stream(validation):
            raise _wrong(config.target, "a dataset for training and arrays for validation")
        return from_streams(
            _stream(train, "the training dataset"),
            _stream(validation, "the validation dataset"),
            input_scale=config.input_scale,
        )
    if _is_stream(validation):
        raise _wrong(config.target, "arrays for training and a dataset for validation")
    source = ArraySource(
        Arrays(train[0], train[1], "x", "y"),
        None if validation is None else Arrays(validation[0], validation[1], "x_val", "y_val"),
    )
    return from_arrays(source, config, batch_size=batch_size, seed=seed)


def _parts(value: Any, target: str) -> tuple[Any, Any]:
    """Returns training and validation, each a pair of arrays or a dataset; validation may be None."""
    if isinstance(value, dict):
        unknown = sorted(map(str, value.keys() - {"x", "y", "validation_data"}))
        if unknown or "x" not in value:
            raise _wrong(target, f"a dict with the keys {', '.join(map(str, value))}")
        x, y = value["x"], value.get("y")
        train, validation = (x if y is None else (x, y)), value.get("validation_data")
    elif _is_stream(value):
        train, validation = value, None
    elif isinstance(value, tuple) and len(value) == 3:
        train, validation = (value[0], value[1]), value[2]
    elif isinstance(value, tuple) and len(value) == 2 and (_is_stream(value[0]) or all(map(_is_pair, value))):
        train, validation = value
    else:
        train, validation = value, None
    for part in (train,) if validation is None else (train, validation):
        if not _is_stream(part) and not (_is_pair(part) and not any(map(_is_stream, part))):
            raise _wrong(target, _description(value))
    return train, validation


def _stream(batches: Any, name: str) -> Stream:
    if isinstance(batches, tf.data.Dataset):
        _check_dataset(batches, name)
    elif batches.num_batches is None:
        raise data_error(name, "finite", "a PyDataset whose num_batches is None")
    return Stream(batches, f"inputs of {name}", f"labels of {name}")


def _check_dataset(batches: tf.data.Dataset, name: str) -> None:
    spec = batches.element_spec
    if not isinstance(spec, tuple) or len(spec) != 2 or not all(isinstance(part, tf.TensorSpec) for part in spec):
        raise data_error(name, "batches of (inputs, labels), one tensor each", f"elements of {spec}")
    if spec[1].shape.rank == 0:
        raise data_error(name, "batched: call `.batch(...)` on it", f"single samples, {spec}")
    if batches.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise data_error(name, "finite: leave `.repeat()` out", "an infinite tf.data.Dataset")


def _is_stream(value: Any) -> bool:
    return isinstance(value, tf.data.Dataset | keras.utils.PyDataset)


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2


def _description(value: Any) -> str:
    if isinstance(value, tuple):
        names = [type(part).__name__ for part in itertools.islice(value, 5)]
        return f"a tuple of {len(value)}: {', '.join(names)}"
    return type(value).__name__


def _wrong(target: str, received: str) -> Exception:
    return data_error("data.target", f"a function that returns {_FORMS}", f"{target}, which returned {received}")
