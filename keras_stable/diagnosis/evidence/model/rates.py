"""The learning rate of an optimizer, also where a schedule sets it."""

from typing import Any

import keras

from keras_stable.keras_private import learning_rate_source

# Steps at which a schedule is looked at: those of a probe, and later ones only where it is still at 0.
_FIRST_STEPS = (0, *(2**power for power in range(9)))
_LATER_STEPS = tuple(2**power for power in range(9, 18))


def learning_rate(optimizer: Any) -> float:
    """Returns the rate of an optimizer: the constant one, or the highest in the first steps of its schedule.

    >>> schedule = keras.optimizers.schedules.CosineDecay(0.0, 1000, warmup_target=0.1, warmup_steps=64)
    >>> round(learning_rate(keras.optimizers.SGD(schedule)), 6)
    0.1
    """
    rate = learning_rate_source(optimizer)
    if not isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        # Under a strategy it is one variable for each device, and no number.
        return float(keras.ops.convert_to_numpy(optimizer.learning_rate))
    highest = max(float(rate(step)) for step in _FIRST_STEPS)
    return highest or max(float(rate(step)) for step in _LATER_STEPS)
