"""What the value of an edit stands for."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

import keras_stable
from keras_stable.errors import InvalidArgumentError
from keras_stable.imports import first_line


class CannotApplyError(InvalidArgumentError):
    """An edit that cannot be made on this program."""


def evaluated(value: str, **names: Any) -> Any:
    """Returns what the value of an edit stands for.

    Args:
        value: str, Python source; an edit's values come from the package's rules and are run as they are.
        names: what further names in it stand for, such as `x`, `loss` or `optimizer`.

    Raises:
        CannotApplyError: it cannot be evaluated here.

    >>> evaluated("y - 1", y=np.array([1, 2]))
    array([0, 1])
    """
    usual = {"keras": keras, "keras_stable": keras_stable, "np": np, "tf": tf}
    try:
        return eval(value, {**usual, **names})
    except Exception as error:
        raise CannotApplyError(f"`{value}` cannot be made here: {first_line(error)}") from error
