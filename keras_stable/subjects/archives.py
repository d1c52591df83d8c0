"""The data of an `.npz` file, for any kind of labels."""

from pathlib import Path
from typing import Any

import numpy as np

from keras_stable.errors import InvalidArgumentError
from keras_stable.imports import first_line
from keras_stable.reporting.zip_check import BROKEN, check_npz

_TRAINING = (("x_train", "y_train"), ("x", "y"))
_VALIDATION = (("x_val", "y_val"), ("x_test", "y_test"))


def read_archive(path: Path) -> dict[str, Any]:
    """Reads x_train and y_train, or x and y, and x_val and y_val, or x_test and y_test, as far as they are there.

    Args:
        path: of the `.npz` file. Pickled arrays are refused.

    Returns:
        Arguments for `keras_stable.audit`.

    Raises:
        InvalidArgumentError: the file is broken, or lacks an array.
    """
    check_npz(path, "data")
    try:
        with np.load(path, allow_pickle=False) as archive:
            training, validation = (_pair(archive, names) for names in (_TRAINING, _VALIDATION))
            held = ", ".join(archive.files) or "no arrays"
    except BROKEN as error:
        raise _error("an .npz file of arrays that need no pickle", path, f" ({first_line(error)})") from error
    if training is None:
        raise _error("an .npz file with x_train and y_train, or x and y", path, f", which holds {held}")
    return {"x": training[0], "y": training[1], **({} if validation is None else {"validation_data": validation})}


def _pair(archive: Any, names: tuple[tuple[str, str], ...]) -> tuple[np.ndarray, np.ndarray] | None:
    return next(((archive[x], archive[y]) for x, y in names if {x, y} <= set(archive.files)), None)


def _error(must_be: str, path: Path, why: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"`data` must be {must_be}. Received: data={str(path)!r}{why}")
