"""Adam with the gradient guard."""

from typing import Any

import keras

from keras_stable.optimizers.adam_update import AdamUpdate


@keras.saving.register_keras_serializable(package="keras_stable")
class Adam(AdamUpdate, keras.optimizers.Adam):
    """Adam (Kingma and Ba 2015) that clips each value and then the global norm, and records both norms.

    Args:
        learning_rate: float above 0, a `LearningRateSchedule`, or a callable without arguments.
        keywords: The other arguments of `keras.optimizers.Adam` and of `GradientGuard`; by default
            `clipvalue=10.0` and `global_clipnorm=0.5`.

    Raises:
        InvalidArgumentError: When a clip or the history size cannot be right.

    >>> Adam(global_clipnorm=1.0).global_clipnorm
    1.0
    """

    def __init__(self, learning_rate: Any = 0.001, **keywords: Any) -> None:
        super().__init__(learning_rate=learning_rate, **keywords)
