"""Every variable that a rollback puts back: weights, statistics, optimizers, metrics, seeds."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.keras_private import learning_rate_source
from keras_stable.optimizers.guard_state import state_variables
from keras_stable.optimizers.of_models import innermost, optimizers_of


class RollbackState:
    """Copies all that a training step changes, on every replica, in memory, and puts it back.

    The history of the gradients and its counts are left out: they say what was measured, and that stays true after
    a rollback. So are learning rates that are numbers: people and callbacks set them, and steps do not.

    Args:
        model: a compiled `keras.Model`.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.SGD(0.1), "mse")
    >>> state = RollbackState(model)
    >>> before = state.copy()
    >>> model.layers[0].bias.assign([7.0]) is None, state.put_back(before), model.layers[0].bias.numpy().tolist()
    (False, None, [0.0])
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._figures: Any = None
        self._variables: list[keras.Variable] = []
        self._parts: dict[str, tf.Variable] = {}

    @property
    def count(self) -> int:
        """How many variables there are now."""
        self._update()
        return len(self._variables)

    def parts(self) -> dict[str, tf.Variable]:
        """Returns the variables by the names of their values."""
        self._update()
        return dict(self._parts)

    def copy(self) -> dict[str, tf.Tensor]:
        """Returns the values of all variables but those of the metrics, by name.

        A value shares its memory with the variable until that is written to.
        """
        return self._values(metrics=False)

    def copy_metrics(self) -> dict[str, tf.Tensor]:
        """Returns the values of the metrics' variables, by name."""
        return self._values(metrics=True)

    def put_back(self, values: Mapping[str, Any]) -> None:
        """Gives every variable the value that it has in `values`; one that is not in there stays as it is."""
        self._update()
        for key, value in values.items():
            if key in self._parts:
                self._parts[key].assign(value)

    def weight_figures(self) -> dict[str, np.ndarray]:
        """Returns `[largest absolute value, 1]` of each float variable of the model, the 1 NaN if one is not finite."""
        self._update()
        keys = [key for key in self._parts if self._is_weight(key)]
        if not keys:
            return {}
        values = [self._parts[key].read_value() for key in keys]
        if self._figures is None:
            # Of every training its own, without TensorFlow's warning that one function has been traced for each.
            self._figures = tf.function(_figures).get_concrete_function(values)
        figures = self._figures(values).numpy()
        return dict(zip(keys, figures, strict=True))

    def is_trainable(self, key: str) -> bool:
        """Whether the variable of this name is trained, rather than a statistic."""
        return bool(self._owners[key].trainable)

    @staticmethod
    def size(values: Mapping[str, Any]) -> int:
        """Returns how many bytes such a copy takes."""
        return sum(int(value.shape.num_elements() or 0) * value.dtype.size for value in values.values())

    def _values(self, *, metrics: bool) -> dict[str, tf.Tensor]:
        self._update()
        return {
            key: part.read_value()
            for key, part in self._parts.items()
            if (id(self._owners[key]) in self._of_metrics) == metrics
        }

    def _is_weight(self, key: str) -> bool:
        return self._parts[key].dtype.is_floating and id(self._owners[key]) in self._of_model

    def _update(self) -> None:
        """Notices variables that were not there before: some models and optimizers make theirs in the first step."""
        variables = _variables(self._model)
        if len(variables) == len(self._variables):
            return
        self._variables, self._figures = variables, None
        self._of_metrics = {id(variable) for metric in self._model.metrics for variable in metric.variables}
        self._of_model = {id(variable) for variable in self._model.variables}
        strategy = self._model.distribute_strategy
        self._parts, self._owners = {}, {}
        for index, variable in enumerate(variables):
            for replica, part in enumerate(strategy.experimental_local_results(variable.value)):
                key = f"{index}:{replica}:{variable.path}"
                self._parts[key], self._owners[key] = part, variable


def _variables(model: keras.Model) -> list[keras.Variable]:
    inner = [innermost(optimizer) for optimizer in optimizers_of(model)]
    left_out = {id(learning_rate_source(optimizer)) for optimizer in inner}
    left_out |= {id(optimizer.guard_state.counts) for optimizer in inner if getattr(optimizer, "guard_state", None)}
    of_optimizers = [variable for optimizer in optimizers_of(model) for variable in state_variables(optimizer)]
    of_metrics = [variable for metric in model.metrics for variable in metric.variables]
    every = {id(variable): variable for variable in (*model.variables, *of_optimizers, *of_metrics)}
    return [variable for key, variable in every.items() if key not in left_out]


def _figures(values: list[tf.Tensor]) -> tf.Tensor:
    rows = []
    for value in values:
        value = tf.cast(value, "float32") if value.dtype.size < 4 else value
        size = tf.abs(value)
        largest = tf.reduce_max(size) if value.shape.num_elements() else tf.zeros((), value.dtype)
        finite = 1 + 0 * tf.reduce_sum(size)
        rows.append(tf.stack([tf.cast(largest, "float64"), tf.cast(finite, "float64")]))
    return tf.stack(rows)
