"""`kind: npz`: the arrays of one NumPy archive."""

from typing import Any

import numpy as np

from keras_stable.config import NpzData
from keras_stable.data.checks import data_error
from keras_stable.data.files import existing_file
from keras_stable.data.in_memory import from_arrays
from keras_stable.data.structures import Arrays, ArraySource, Data
from keras_stable.reporting.zip_check import BROKEN, check_npz


def load(config: NpzData, *, batch_size: int, seed: int) -> Data:
    """Reads inputs, labels and, where there are some, validation arrays and `class_names`.

    Without `validation_x` and `validation_y` it takes `x_val` and `y_val`, then `x_test` and `y_test`. Where the
    names are the defaults and the file lacks them, `x` and `y` do. Pickled arrays are refused.

    Raises:
        DataError: the file is missing, broken or pickled, or lacks an array.
    """
    return from_arrays(_read(config), config, batch_size=batch_size, seed=seed)


def _read(config: NpzData) -> ArraySource:
    path = existing_file("data.path", config.path)
    check_npz(path, "data.path")
    try:
        archive = np.load(path, allow_pickle=False)
    except BROKEN as error:
        raise data_error("data.path", "an .npz file", f"{config.path}, which is broken or none ({error})") from error
    if not isinstance(archive, np.lib.npyio.NpzFile):
        raise data_error("data.path", "an .npz file, which holds named arrays", f"{config.path}, a single array")
    with archive:
        x, y = config.x, config.y
        if (x, y) == ("x_train", "y_train") and not {x, y} & set(archive.files):
            x, y = "x", "y"
        train = _arrays(archive, config, ("x", x), ("y", y))
        names = _validation_names(archive, config)
        validation = _arrays(archive, config, ("validation_x", names[0]), ("validation_y", names[1])) if names else None
        return ArraySource(train, validation, _class_names(archive, config))


def _validation_names(archive: Any, config: NpzData) -> tuple[str, str] | None:
    if config.validation_x and config.validation_y:
        return config.validation_x, config.validation_y
    for pair in (("x_val", "y_val"), ("x_test", "y_test")):
        if set(pair) & set(archive.files):
            return pair
    return None


def _arrays(archive: Any, config: NpzData, x: tuple[str, str], y: tuple[str, str]) -> Arrays:
    return Arrays(_array(archive, config, *x), _array(archive, config, *y), x[1], y[1])


def _array(archive: Any, config: NpzData, key: str, name: str) -> np.ndarray:
    if name not in archive.files:
        held = ", ".join(archive.files) or "no arrays"
        raise data_error(f"data.{key}", f"an array of {config.path}, which holds {held}", f"data.{key}={name!r}")
    try:
        return archive[name]
    except BROKEN as error:
        raise data_error(name, "an array of numbers that can be read without pickle", str(error)) from error


def _class_names(archive: Any, config: NpzData) -> tuple[str, ...] | None:
    if "class_names" not in archive.files:
        return None
    return tuple(str(name) for name in _array(archive, config, "path", "class_names"))
