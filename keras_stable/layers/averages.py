"""Finds the moving averages that a Keras optimizer keeps of the weights."""

from typing import Any

from keras_stable.keras_private import moving_average_pairs


def moving_averages(optimizer: Any) -> dict[int, Any]:
    """Returns the moving average of each variable by the variable's id; empty without `use_ema=True`.

    Args:
        optimizer: a Keras optimizer, or a `LossScaleOptimizer` around one, or None.
    """
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    if not getattr(optimizer, "use_ema", False) or not optimizer.built:
        return {}
    return {id(variable): average for variable, average in moving_average_pairs(optimizer)}
