"""What a callback takes for better, by its own comparison."""

import copy
from collections.abc import Iterable
from typing import Any

from keras_stable.diagnosis.evidence.program.stand_in import StandIn
from keras_stable.imports import first_line

_NEVER = 10**9


def taken_for_better(callback: Any, metrics: Iterable[Any] = ()) -> tuple[str, str]:
    """Returns "max" or "min", what a callback that monitors a key takes for better, and what Keras raises instead.

    Args:
        callback: EarlyStopping, ReduceLROnPlateau or ModelCheckpoint; a copy of it is run for one epoch.
        metrics: those of the model, by which it goes with `mode="auto"`.

    >>> import keras
    >>> taken_for_better(keras.callbacks.EarlyStopping("val_loss"))
    ('min', '')
    """
    copied = copy.copy(callback)
    # So that nothing is written.
    copied.verbose, copied.save_freq, copied.restore_best_weights = 0, _NEVER, False
    copied.set_model(StandIn(1.0, 0, metrics))
    try:
        copied.on_train_begin()
        copied.on_epoch_end(0, {copied.monitor: 0.0})
    except ValueError as error:
        return "", first_line(error)
    # Further apart than any `min_delta`.
    return ("max" if bool(copied.monitor_op(1e30, -1e30)) else "min"), ""
