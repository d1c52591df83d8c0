"""From the arrays of a source to checked `Data`."""

from typing import Any

import numpy as np

from keras_stable.config import DataSection
from keras_stable.data.checks import (
    Scan,
    check_batch_size,
    check_classes,
    check_numeric,
    check_validation,
    data_error,
)
from keras_stable.data.scanning import array_chunks, scan
from keras_stable.data.splitting import validation_mask
from keras_stable.data.structures import Arrays, ArraySource, Data, Split


def from_arrays(source: ArraySource, config: DataSection, *, batch_size: int, seed: int) -> Data:
    """Checks the arrays of a source, splits them where it brings no validation set, and scales the inputs.

    Validation samples come in a seeded random order: sources are often sorted by class, and the first few are to
    be a fair sample.

    Args:
        source: `ArraySource`.
        config: the `data` section, for `validation_split` and `input_scale`.
        batch_size: int, which the training samples must fill.
        seed: int, of the split.

    Raises:
        DataError: arrays that cannot be trained on.
    """
    x, train = _checked(source.train, config.input_scale)
    counts = check_classes(train, source.train.y_name)
    if source.validation is None:
        mask = validation_mask(train.labels, config.validation_split, seed)
        validation_x, validation_y = x[mask], train.labels[mask]
        x, y = x[~mask], train.labels[~mask]
    else:
        validation_x, validation = _checked(source.validation, config.input_scale)
        check_validation(validation, train, len(counts), source.validation.x_name, source.validation.y_name)
        y, validation_y = train.labels, validation.labels
    order = np.random.default_rng(seed).permutation(len(validation_x))
    check_batch_size(batch_size, len(x))
    names = source.class_names
    if names is not None and len(names) != len(counts):
        raise data_error("class_names", f"one name for each of the {len(counts)} classes", f"{len(names)} names")
    return Data(
        train=Split(inputs(x, config.input_scale), y),
        validation=Split(inputs(validation_x[order], config.input_scale), validation_y[order]),
        input_shape=train.input_shape,
        num_classes=len(counts),
        class_names=names,
        class_counts=np.bincount(y, minlength=len(counts)).astype(np.int64),
    )


def inputs(x: np.ndarray, scale: float) -> np.ndarray:
    """Returns inputs as float32 times the scale, or unchanged where they are uint8 and the scale is 1."""
    if x.dtype == np.uint8 and scale == 1:
        return x
    return (x if scale == 1 else np.multiply(x, scale, dtype=np.float64)).astype(np.float32)


def _checked(arrays: Arrays, scale: float) -> tuple[np.ndarray, Scan]:
    x, y = _array(arrays.x, arrays.x_name), _array(arrays.y, arrays.y_name)
    if len(x) != len(y):
        raise data_error(
            f"{arrays.x_name} and {arrays.y_name}", "of one length", f"{len(x)} inputs and {len(y)} labels"
        )
    return x, scan(array_chunks(x, y), arrays.x_name, arrays.y_name, scale)


def _array(values: Any, name: str) -> np.ndarray:
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise data_error(name, "an array, with rows of one length", str(error)) from error
    check_numeric(array, name)
    if array.ndim == 0:
        raise data_error(name, "an array with one row a sample", "a single number")
    return array
