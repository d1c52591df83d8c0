"""What the guard keeps from step to step and saves: the counts of steps, and the statistics of z-score clipping.

It is saved beside the state of the Keras optimizer, whose own variables stay as Keras has them. So a saved state loads
into the Keras optimizer of the same kind, and back.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from keras_stable.optimizers.spike_guard import WINDOWS_SHAPE


class _Tracked(tf.Module):
    """The tensors of a `GuardState`, where `tf.train.Checkpoint` finds them."""


class GuardState(keras.Metric):
    """The variables of the guard. Of what Keras saves beside its owner, a metric is the least: it is none of a model's.

    Args:
        dtype: Of the norms.
        zclip: Whether z-score clipping needs its statistics.
        on_load: Called once values have been loaded.
        adagc: How many variables AdaGC needs an average of; None where it is not set.
        spikes: Whether the spike guard needs its windows.

    Attributes:
        counts: int64 `[2]`: rows ever written into the history, and skipped steps among them.
        zclip_statistics: `[3]`, or None.
        adagc_averages: `[variables + 1]`, the last of which counts the steps, or None.
        spike_windows: Of `WINDOWS_SHAPE`, or None.
    """

    def __init__(
        self,
        dtype: str,
        zclip: bool,
        on_load: Callable[[], None],
        *,
        adagc: int | None = None,
        spikes: bool = False,
    ) -> None:
        super().__init__(name="guard_state")
        self.counts = variable_of_counts()
        self.zclip_statistics = _variable((3,), dtype, "zclip_statistics") if zclip else None
        self.adagc_averages = None if adagc is None else _variable((adagc + 1,), dtype, "adagc_averages")
        self.spike_windows = _variable(WINDOWS_SHAPE, dtype, "spike_windows") if spikes else None
        self._on_load = on_load

    def tracked(self) -> tf.Module:
        """Returns the values as `tf.train.Checkpoint` saves them, for an attribute of the optimizer."""
        module = _Tracked()
        for name, variable in self._named().items():
            setattr(module, name, variable.value)
        return module

    def save_own_variables(self, store: Any) -> None:
        """Saves each variable by its name."""
        for name, variable in self._named().items():
            store[name] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Loads those that were saved: none by a Keras optimizer, no statistics of what was not asked for."""
        for name, variable in self._named().items():
            if name in store.keys():  # noqa: SIM118 (the stores of Keras are no mappings)
                variable.assign(store[name])
        self._on_load()

    def load_old_layout(self, arrays: list[Any]) -> None:
        """Loads what once came after the arrays of the Keras optimizer: the statistics, if any, and the counts."""
        self.counts.assign(arrays[-1])
        if self.zclip_statistics is not None and len(arrays) > 1:
            self.zclip_statistics.assign(arrays[0])

    def _named(self) -> dict[str, keras.Variable]:
        return {variable.name: variable for variable in self.variables}


def in_old_layout(store: Any, variables: int) -> list[Any] | None:
    """Returns the guard's arrays that a store holds after those of so many variables; None where it holds none.

    >>> import numpy as np
    >>> in_old_layout({"0": np.zeros(()), "1": np.array([5, 1])}, 1), in_old_layout({"0": np.zeros(())}, 1)
    ([array([5, 1])], None)
    """
    stored = len(store.keys())
    arrays = [store[str(i)] for i in range(variables, stored)] if variables < stored <= variables + 2 else []
    is_old = bool(arrays) and arrays[-1].shape == (2,) and arrays[-1].dtype == "int64"
    return arrays if is_old else None


def state_variables(optimizer: Any) -> list[keras.Variable]:
    """Returns every variable of an optimizer, those of its guard and those of the one that it wraps among them.

    >>> from keras_stable.optimizers import SGD
    >>> optimizer = SGD(0.1)
    >>> optimizer.build([keras.Variable([1.0], name="weight")])
    >>> [variable.name for variable in state_variables(optimizer)]
    ['iteration', 'learning_rate', 'gradient_counts']
    """
    variables, inner = list(optimizer.variables), optimizer
    while inner is not None:
        state = getattr(inner, "guard_state", None)
        variables += [] if state is None else state.variables
        inner = getattr(inner, "inner_optimizer", None)
    return variables


def variable_of_counts() -> keras.Variable:
    """Returns a new int64 variable of shape `[2]`, at 0: rows ever written into a history, and skipped steps."""
    return _variable((2,), "int64", "gradient_counts")


def _variable(shape: tuple[int, ...], dtype: str, name: str) -> keras.Variable:
    # Every replica writes the same values.
    return keras.Variable(
        "zeros", shape=shape, dtype=dtype, trainable=False, aggregation="only_first_replica", name=name
    )
