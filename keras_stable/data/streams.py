"""From batches that do not fit in memory to checked `Data`: one pass, one batch at a time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from keras_stable.data.checks import Scan, check_classes, check_validation, data_error
from keras_stable.data.prepared_batches import prepared
from keras_stable.data.scanning import scan
from keras_stable.data.structures import Data
from keras_stable.errors import DataError
from keras_stable.imports import first_line

_GRAPH = re.compile(
    r"\{\{[^}]*\}\} |Error in user-defined function passed to \S+ transformation with iterator: \S+: "
    r"| \[Op:\w+\].*"
)


@dataclass(frozen=True)
class Stream:
    """Batches of (inputs, labels), with the names under which the user knows them.

    Args:
        batches: a batched `tf.data.Dataset` or a `keras.utils.PyDataset`.
        x_name: str, for messages.
        y_name: str, for messages.
    """

    batches: Any
    x_name: str
    y_name: str

    def scan(self, scale: float) -> Scan:
        """Checks every batch, for inputs that are multiplied by `scale`, and returns what the pass found."""
        return scan(_numpy_batches(self), self.x_name, self.y_name, scale)


def from_streams(
    train: Stream,
    validation: Stream,
    *,
    input_scale: float,
    class_names: tuple[str, ...] | None = None,
    num_classes: int | None = None,
) -> Data:
    """Checks two streams in one pass over each, and prepares them for `fit`.

    Args:
        train: `Stream`.
        validation: `Stream`.
        input_scale: float, which multiplies every input.
        class_names: tuple of str, or None. Default: None.
        num_classes: int, or None to take it from the labels. Default: None.

    Raises:
        DataError: batches that cannot be trained on.
    """
    train_scan, validation_scan = train.scan(input_scale), validation.scan(input_scale)
    for stream in (train, validation):
        _check_repeatable(stream)
    counts = check_classes(train_scan, train.y_name, num_classes)
    check_validation(validation_scan, train_scan, len(counts), validation.x_name, validation.y_name)
    return Data(
        train=prepared(train.batches, train_scan.input_shape, input_scale),
        validation=prepared(validation.batches, train_scan.input_shape, input_scale),
        input_shape=train_scan.input_shape,
        num_classes=len(counts),
        class_names=class_names,
        class_counts=counts,
    )


def _numpy_batches(stream: Stream) -> Iterator[tuple[Any, Any]]:
    batches = stream.batches
    try:
        if isinstance(batches, tf.data.Dataset):
            yield from batches.as_numpy_iterator()
        else:
            for index in range(batches.num_batches):
                yield _pair(batches[index], stream.x_name)
    except DataError:
        raise
    except Exception as error:
        raise data_error(stream.x_name, "batches that can be read", reason(error)) from error


def reason(error: Exception) -> str:
    """Returns the first line of an exception, without what TensorFlow says of its own graph.

    >>> reason(ValueError("{{function_node __wrapped__Op}} Key: x.  No slice. [Op:IteratorGetNext] name: "))
    'ValueError: Key: x.  No slice.'
    """
    return _GRAPH.sub("", first_line(error))


def _pair(batch: Any, name: str) -> tuple[Any, Any]:
    if not isinstance(batch, tuple) or len(batch) != 2:
        what = f"a tuple of {len(batch)}" if isinstance(batch, tuple) else type(batch).__name__
        raise data_error(name, "batches of (inputs, labels)", what)
    return batch


def _check_repeatable(stream: Stream) -> None:
    if isinstance(stream.batches, tf.data.Dataset) and not any(True for _ in stream.batches.take(1)):
        raise data_error(stream.x_name, "there in every epoch", "a dataset that is empty when it is read again")
