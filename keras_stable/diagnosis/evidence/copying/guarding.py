"""The gradient guard for an optimizer that exists already, with its state."""

from typing import Any

import keras

from keras_stable.keras_private import own_variables
from keras_stable.optimizers.gradient_guard import GradientGuard
from keras_stable.optimizers.guarded_classes import WRAPPERS, guard
from keras_stable.optimizers.history import GradientHistoryReader
from keras_stable.optimizers.hook_check import check_keras
from keras_stable.optimizers.loss_scaling import adapt_loss_scale_optimizer

HISTORY_SIZE = 1024


def guard_in_place(optimizer: Any) -> bool:
    """Gives an optimizer the gradient guard, with its own clips and no others, and tells whether it has it.

    Its class becomes the guarded subclass of its class, so settings and state stay as they are, also those of a
    class without `get_config`. An optimizer that was guarded stays as it is; in both cases `gradient_history`
    begins with the next step. Without the guard remain: a class with its own `apply` or `apply_gradients`,
    which need not call the place where the guard measures, and a `MultiOptimizer`.

    Args:
        optimizer: A Keras optimizer, or a `LossScaleOptimizer` around one, whose inner one is guarded.

    >>> from keras_stable.optimizers import gradient_history
    >>> optimizer = keras.optimizers.SGD(0.1, clipnorm=1.0)
    >>> weight = keras.Variable([1.0], name="weight")
    >>> optimizer.build([weight])
    >>> guard_in_place(optimizer)
    True
    >>> optimizer.apply([keras.ops.convert_to_tensor([2.0])])
    >>> gradient_history(optimizer).global_norm.tolist(), optimizer.clipnorm, optimizer.global_clipnorm
    ([2.0], 1.0, None)
    """
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return guard_in_place(optimizer.inner_optimizer)
    if not isinstance(optimizer, GradientGuard):
        if not _can_be_guarded(optimizer):
            return False
        _guard(optimizer)
    optimizer.history_reader = GradientHistoryReader(optimizer)
    return True


def _can_be_guarded(optimizer: Any) -> bool:
    kind, stock = type(optimizer), keras.optimizers.Optimizer
    if not isinstance(optimizer, stock) or isinstance(optimizer, WRAPPERS):
        return False
    return kind.apply is stock.apply and kind.apply_gradients is stock.apply_gradients


def _guard(optimizer: Any) -> None:
    kind: type = type(optimizer)
    guarded = guard(kind)
    check_keras(guarded)
    adapt_loss_scale_optimizer()
    own = {"agc_clipping": None, "zclip": None, "history_size": HISTORY_SIZE, "gradient_ring": None}
    # Past Keras's own setter, which would track them.
    vars(optimizer).update(own)
    optimizer.__class__ = guarded
    if not optimizer.built:
        return
    variables = own_variables(optimizer)
    with keras.name_scope(optimizer.name, caller=optimizer):
        optimizer.build_guard(variables)
