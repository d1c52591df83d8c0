"""The iteration and the learning rate of a step, read once instead of once for each variable."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from keras_stable.optimizers.keras_hooks import KerasHooks

# Whose updates are known to use the two as numbers only.
_KNOWN = ("keras", "keras_stable")


class _Scalars(NamedTuple):
    optimizer: Any
    iterations: tf.Tensor
    learning_rate: tf.Tensor
    computed: dict[tuple[Any, ...], tf.Tensor]


class _Traced(threading.local):
    scalars: _Scalars | None = None


_TRACED = _Traced()


class StepScalars(KerasHooks):
    """Lets the update of every variable use the same tensors for what is the same for all.

    Keras reads both again for each variable. TensorFlow cannot know that the value is still the same, and so works
    out again for each variable what follows from them: a schedule, the bias corrections of Adam.
    """

    @property
    def iterations(self) -> Any:
        """How many updates were made."""
        scalars = self._scalars()
        return super().iterations if scalars is None else scalars.iterations

    @property
    def learning_rate(self) -> Any:
        """That of the present iteration."""
        scalars = self._scalars()
        return super().learning_rate if scalars is None else scalars.learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        keras.optimizers.Optimizer.learning_rate.fset(self, learning_rate)

    @contextlib.contextmanager
    def read_once(self) -> Iterator[None]:
        """Reads both here, for the one update that is traced in the context; not for a user's own update.

        Such an update may do with the variables what cannot be done with tensors.
        """
        before = _TRACED.scalars
        if type(self).update_step.__module__.partition(".")[0] in _KNOWN:
            iterations, learning_rate = map(tf.convert_to_tensor, (super().iterations, super().learning_rate))
            _TRACED.scalars = _Scalars(self, iterations, learning_rate, {})
        try:
            yield
        finally:
            _TRACED.scalars = before

    @property
    def reads_once(self) -> bool:
        """Whether an update is traced in the context of `read_once`."""
        return self._scalars() is not None

    def once(self, name: str, dtype: Any, compute: Callable[[], tf.Tensor]) -> tf.Tensor:
        """Returns what was computed under this name and dtype in the update, and computes it the first time."""
        scalars = self._scalars()
        if scalars is None:
            return compute()
        key = (name, dtype)
        if key not in scalars.computed:
            scalars.computed[key] = compute()
        return scalars.computed[key]

    def _scalars(self) -> _Scalars | None:
        scalars = _TRACED.scalars
        return scalars if scalars is not None and scalars.optimizer is self else None
