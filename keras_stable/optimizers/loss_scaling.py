"""What a `LossScaleOptimizer` has to know about the guard of its inner optimizer."""

import functools
from typing import Any

import keras

from keras_stable.keras_private import report_loss_scale_skips
from keras_stable.optimizers.guard_state import in_old_layout


def adapt_loss_scale_optimizer() -> None:
    """Lets every `LossScaleOptimizer` tell a guarded inner optimizer of losses and skipped steps, and load old state.

    Keras gives the inner optimizer no reference to its wrapper, so this cannot be done for one instance. What is added
    does nothing for an inner optimizer that has no guard. The old state is one that holds what the guard keeps among
    the variables of Keras.
    """
    report_loss_scale_skips()
    _report_losses()
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


def _report_losses() -> None:
    """Lets every `LossScaleOptimizer` tell a guarded inner optimizer of the loss that it scales."""
    owner = keras.optimizers.LossScaleOptimizer
    original = owner.scale_loss
    if getattr(original, "tells_guard", False):
        return

    @functools.wraps(original)
    def scale_loss(self: Any, loss: Any) -> Any:
        note = getattr(self.inner_optimizer, "note_loss", None)
        if note is not None:
            note(loss)
        return original(self, loss)

    scale_loss.tells_guard = True  # type: ignore[attr-defined]
    owner.scale_loss = scale_loss
