"""Every private name of Keras that the gradient guard relies on, checked at construction.

`_clip_gradients` is where Keras has the gradients unscaled and accumulated, and has updated nothing
yet: the guard measures and clips there. `_all_reduce_sum_gradients` is where Keras sums over replicas,
which is after its clipping: the guard sums before, so here it only hands the gradients on.
`_stateful_handle_non_finite_grads` is what `LossScaleOptimizer` calls instead of its inner optimizer
when a scaled gradient is not finite: the inner optimizer would never hear of that step.

`_momentums`, `_velocities` and `_velocity_hats` are where Keras's Adam keeps its moments.

Not counted as private is `_get_variable_index`, which Keras's own guide to writing an optimizer uses.
"""

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

from keras_stable.errors import UnsupportedKerasError
from keras_stable.optimizers.guard_state import in_old_layout

SUPPORTED_KERAS = "3.15"
_OPTIMIZER_HOOKS = ("_clip_gradients", "_all_reduce_sum_gradients")
_LOSS_SCALE_HOOK = "_stateful_handle_non_finite_grads"


def check_keras(optimizer_class: type | None = None, version: str | None = None) -> None:
    """Raises unless the installed Keras is one whose hooks are known.

    Args:
        optimizer_class: The class whose hooks are looked for; `keras.optimizers.Optimizer` by default.
        version: The version to check; that of the installed Keras by default.

    Raises:
        UnsupportedKerasError: When the version is not supported, or a hook is missing.

    >>> check_keras()
    >>> check_keras(version="3.99.0")
    Traceback (most recent call last):
    keras_stable.errors.UnsupportedKerasError: The gradient guard needs Keras 3.15. Received: keras==3.99.0
    """
    version = keras.__version__ if version is None else version
    if version.split(".")[:2] != SUPPORTED_KERAS.split("."):
        raise UnsupportedKerasError(f"The gradient guard needs Keras {SUPPORTED_KERAS}. Received: keras=={version}")
    if keras.backend.backend() != "tensorflow":
        raise UnsupportedKerasError(
            f"The gradient guard needs the TensorFlow backend of Keras. Received: {keras.backend.backend()!r}"
        )
    optimizer_class = keras.optimizers.Optimizer if optimizer_class is None else optimizer_class
    wanted = [(optimizer_class, hook) for hook in _OPTIMIZER_HOOKS]
    wanted.append((keras.optimizers.LossScaleOptimizer, _LOSS_SCALE_HOOK))
    for owner, hook in wanted:
        if not callable(getattr(owner, hook, None)):
            raise UnsupportedKerasError(f"The gradient guard needs {owner.__name__}.{hook}, which this Keras lacks.")


# A mixin: the Keras optimizer comes after it in the class that mixes it in.
if TYPE_CHECKING:
    from keras.optimizers import Optimizer as _Optimizer
else:
    _Optimizer = object


class KerasHooks(_Optimizer):
    """The two hooks of the optimizer, under public names: subclasses implement `clip_gradients`."""

    def clip_gradients(self, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
        """Returns the gradients as the update shall use them."""
        raise NotImplementedError

    def _clip_gradients(self, grads: list[tf.Tensor]) -> list[tf.Tensor]:
        return self.clip_gradients(grads)

    def _all_reduce_sum_gradients(self, grads_and_vars: Sequence[Any]) -> list[Any]:
        return list(grads_and_vars)


def adam_moments(optimizer: Any, variable: Any) -> tuple[Any, Any, Any | None]:
    """Returns what a Keras Adam keeps for a variable: first and second moment, and with `amsgrad` the largest second.

    >>> optimizer, weight = keras.optimizers.Adam(), keras.Variable([1.0, 2.0], name="weight")
    >>> optimizer.build([weight])
    >>> [None if moment is None else moment.name for moment in adam_moments(optimizer, weight)]
    ['weight_momentum', 'weight_velocity', None]
    """
    index = optimizer._get_variable_index(variable)
    largest = optimizer._velocity_hats[index] if optimizer.amsgrad else None
    return optimizer._momentums[index], optimizer._velocities[index], largest


def adapt_loss_scale_optimizer() -> None:
    """Lets every `LossScaleOptimizer` tell a guarded inner optimizer of skipped steps, and load its old state.

    Keras gives the inner optimizer no reference to its wrapper, so this cannot be done for one instance. What is added
    does nothing for an inner optimizer that has no guard. The old state is one that holds what the guard keeps among
    the variables of Keras.
    """
    owner = keras.optimizers.LossScaleOptimizer
    skip, load = getattr(owner, _LOSS_SCALE_HOOK), owner.load_own_variables
    if getattr(skip, "tells_guard", False):
        return

    @functools.wraps(skip)
    def skip_and_tell(self: Any) -> None:
        skip(self)
        record = getattr(self.inner_optimizer, "record_skipped_step", None)
        if record is not None:
            record()

    @functools.wraps(load)
    def load_without_guard(self: Any, store: Any) -> None:
        n = len(self.variables)
        guarded = getattr(self.inner_optimizer, "guard_state", None) is not None
        old = guarded and in_old_layout(store, n) is not None
        load(self, {str(i): store[str(i)] for i in range(n)} if old else store)

    skip_and_tell.tells_guard = True  # type: ignore[attr-defined]
    setattr(owner, _LOSS_SCALE_HOOK, skip_and_tell)
    owner.load_own_variables = load_without_guard
