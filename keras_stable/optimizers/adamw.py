"""AdamW with the gradient guard."""

from typing import Any

import keras

from keras_stable.optimizers.adam_update import AdamUpdate


@keras.saving.register_keras_serializable(package="keras_stable")
class AdamW(AdamUpdate, keras.optimizers.AdamW):
    """AdamW (Loshchilov and Hutter 2019) that clips each value and then the global norm, and records both norms.

    Args:
        learning_rate: float above 0, a `LearningRateSchedule`, or a callable without arguments.
        weight_decay: float, the share of each weight that one step with learning rate 1 removes.
        keywords: The other arguments of `keras.optimizers.AdamW` and of `GradientGuard`; by default
            `clipvalue=10.0` and `global_clipnorm=0.5`.

    Raises:
        InvalidArgumentError: When a clip or the history size cannot be right.

    >>> optimizer = AdamW(1e-3)
    >>> optimizer.clipvalue, optimizer.global_clipnorm, optimizer.weight_decay
    (10.0, 0.5, 0.0001)
    """

    def __init__(self, learning_rate: Any = 0.001, weight_decay: float = 1e-4, **keywords: Any) -> None:
        super().__init__(learning_rate=learning_rate, weight_decay=weight_decay, **keywords)
