"""The learning rate of an optimizer, also where a schedule sets it."""

from typing import Any

import keras

# Steps at which a schedule is looked at, besides the first.
_STEPS = tuple(2**power for power in range(18))


def learning_rate(optimizer: Any) -> float:
    """Returns the rate of an optimizer: the constant one, or the highest of its schedule, which may begin at 0.

    >>> schedule = keras.optimizers.schedules.CosineDecay(0.0, 1000, warmup_target=0.1, warmup_steps=64)
    >>> round(learning_rate(keras.optimizers.SGD(schedule)), 6)
    0.1
    """
    rate = optimizer._learning_rate
    if not isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        return float(optimizer.learning_rate)
    return max(float(rate(step)) for step in (0, *_STEPS))
