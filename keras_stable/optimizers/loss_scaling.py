"""What a `LossScaleOptimizer` has to know about the guard of its inner optimizer."""

import functools
from typing import Any

import keras

from keras_stable.keras_private import report_loss_scale_skips
from keras_stable.optimizers.guard_state import in_old_layout


def adapt_loss_scale_optimizer() -> None:
    """Lets every `LossScaleOptimizer` tell a guarded inner optimizer of skipped steps, and load its old state.

    Keras gives the inner optimizer no reference to its wrapper, so this cannot be done for one instance. What is added
    does nothing for an inner optimizer that has no guard. The old state is one that holds what the guard keeps among
    the variables of Keras.
    """
    report_loss_scale_skips()
    owner = keras.optimizers.LossScaleOptimizer
    load = owner.load_own_variables
    if getattr(load, "knows_guard", False):
        return

    @functools.wraps(load)
    def load_without_guard(self: Any, store: Any) -> None:
        n = len(self.variables)
        guarded = getattr(self.inner_optimizer, "guard_state", None) is not None
        old = guarded and in_old_layout(store, n) is not None
        load(self, {str(i): store[str(i)] for i in range(n)} if old else store)

    load_without_guard.knows_guard = True  # type: ignore[attr-defined]
    owner.load_own_variables = load_without_guard
