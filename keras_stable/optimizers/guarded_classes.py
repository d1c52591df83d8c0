"""The gradient guard for any Keras optimizer class, a user's own included."""

import functools
from typing import Any

import keras

from keras_stable.errors import invalid_argument
from keras_stable.optimizers.gradient_guard import GradientGuard


@functools.cache
def guard(optimizer_class: type) -> type:
    """Returns a subclass of a Keras optimizer class that measures, clips and guards its gradients.

    The same class comes back for the same argument. It is registered with Keras by the call, so a
    model saved with it loads in a process that has made the same call.

    Args:
        optimizer_class: A subclass of `keras.optimizers.Optimizer` that updates through `update_step`.

    Raises:
        InvalidArgumentError: When it is no such class, or wraps other optimizers.

    >>> import keras
    >>> optimizer = guard(keras.optimizers.RMSprop)(0.01, clipvalue=None)
    >>> isinstance(optimizer, keras.optimizers.RMSprop), optimizer.clipvalue, optimizer.global_clipnorm
    (True, None, 0.5)
    """
    if not (isinstance(optimizer_class, type) and issubclass(optimizer_class, keras.optimizers.Optimizer)):
        raise invalid_argument("optimizer_class", "a subclass of keras.optimizers.Optimizer", optimizer_class)
    if issubclass(optimizer_class, GradientGuard):
        return optimizer_class
    if issubclass(optimizer_class, WRAPPERS):
        raise invalid_argument("optimizer_class", "an optimizer that updates weights itself", optimizer_class)
    guarded = type(f"Guarded{optimizer_class.__name__}", (GradientGuard, optimizer_class), _body(optimizer_class))
    name = f"Guarded.{optimizer_class.__module__}.{optimizer_class.__qualname__}"
    return keras.saving.register_keras_serializable(package="keras_stable", name=name)(guarded)


# Keras before 3.15 has no MultiOptimizer.
WRAPPERS = tuple(
    getattr(keras.optimizers, name)
    for name in ("LossScaleOptimizer", "MultiOptimizer")
    if hasattr(keras.optimizers, name)
)


def _body(optimizer_class: type) -> dict[str, Any]:
    doc = f"`{optimizer_class.__name__}` with the gradient guard.\n\n    Args: those of both."
    return {"__doc__": doc, "__module__": __name__}
