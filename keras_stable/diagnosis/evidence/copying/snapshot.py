"""The values of variables at one moment, kept with as little memory as can be."""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf


class Snapshot:
    """Keeps the values of variables, and puts them back as often as it is asked to.

    A value shares its memory with the variable until the variable is written to, and zeros, as optimizers begin
    with, are not kept at all.

    Args:
        variables: those to keep.

    >>> weight = keras.Variable([1.0, 2.0])
    >>> before = Snapshot([weight])
    >>> weight.assign([5.0, 5.0]) is not None
    True
    >>> before.put_back()
    >>> weight.numpy().tolist()
    [1.0, 2.0]
    """

    def __init__(self, variables: Iterable[keras.Variable]) -> None:
        self._kept: list[tuple[keras.Variable, Any]] = [(variable, _value(variable)) for variable in variables]

    def put_back(self) -> None:
        """Gives every variable its kept value back."""
        for variable, value in self._kept:
            variable.assign(tf.zeros(variable.shape, variable.dtype) if value is None else value)


def _value(variable: keras.Variable) -> Any:
    value = variable.value.read_value()
    # A single number is as cheap as knowing that it is 0.
    large = value.dtype.is_floating and value.shape.rank and value.shape.num_elements() > 1
    return None if large and not np.asarray(value).any() else value


@contextlib.contextmanager
def kept_state(model: keras.Model) -> Iterator[None]:
    """Puts every variable of a model back at the end: weights, random seeds, metrics."""
    before = Snapshot([*model.variables, *(v for metric in model.metrics for v in metric.variables)])
    try:
        yield
    finally:
        before.put_back()
