"""Every variable that a rollback puts back: weights, statistics, optimizers, metrics, seeds."""

from collections.abc import Callable, Mapping
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
        self._readers: dict[bool, Any] = {}
        self._variables: list[keras.Variable] = []
        self._parts: dict[str, tf.Variable] = {}

    @property
    def count(self) -> int:
        """How many variables there are now; those that were not there before are noticed."""
        self._update()
        return len(self._variables)

    def parts(self) -> dict[str, tf.Variable]:
        """Returns the variables by the names of their values."""
        self._begin()
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
        self._begin()
        for key, value in values.items():
            if key in self._parts:
                self._parts[key].assign(value)

    def weight_figures(self) -> dict[str, np.ndarray]:
        """Returns `[largest absolute value, 1]` of each float variable of the model, the 1 NaN if one is not finite."""
        self._begin()
        keys = [key for key in self._parts if self._is_weight(key)]
        if not keys:
            return {}
        if self._figures is None:
            self._figures = _compiled(lambda: _figures([self._parts[key].read_value() for key in keys]))
        return dict(zip(keys, self._figures().numpy(), strict=True))

    def is_trainable(self, key: str) -> bool:
        """Whether the variable of this name is trained, rather than a statistic."""
        return bool(self._owners[key].trainable)

    @staticmethod
    def size(values: Mapping[str, Any]) -> int:
        """Returns how many bytes such a copy takes."""
        return sum(int(value.shape.num_elements() or 0) * value.dtype.size for value in values.values())

    def _values(self, *, metrics: bool) -> dict[str, tf.Tensor]:
        self._begin()
        keys = [key for key in self._parts if (id(self._owners[key]) in self._of_metrics) == metrics]
        if metrics not in self._readers:
            self._readers[metrics] = _compiled(lambda: [self._parts[key].read_value() for key in keys])
        return dict(zip(keys, self._readers[metrics](), strict=True))

    def _is_weight(self, key: str) -> bool:
        return self._parts[key].dtype.is_floating and id(self._owners[key]) in self._of_model

    def _begin(self) -> None:
        if not self._variables:
            self._update()

    def _update(self) -> None:
        """Notices variables that were not there before: some models and optimizers make theirs in the first step."""
        variables = _variables(self._model)
        if len(variables) == len(self._variables):
            return
        self._variables, self._figures, self._readers = variables, None, {}
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


def _compiled(function: Callable[[], Any]) -> Any:
    # Of every training its own, without TensorFlow's warning that one function has been traced for each. What it reads
    # is captured, so that a call takes as long as one op instead of one for each variable.
    return tf.function(function, autograph=False).get_concrete_function()


def _figures(values: list[tf.Tensor]) -> tf.Tensor:
    dtype = "float64" if any(value.dtype.size > 4 for value in values) else "float32"
    largest, sums = [], []
    for value in values:
        size = tf.abs(tf.cast(value, dtype) if value.dtype.size < 4 else value)
        largest.append(tf.cast(tf.reduce_max(size) if value.shape.num_elements() else 0.0, dtype))
        sums.append(tf.cast(tf.reduce_sum(size), dtype))
    return tf.stack([tf.stack(largest), 1 + 0 * tf.stack(sums)], axis=1)
