"""Muon with the gradient guard."""

from typing import Any

import keras

from keras_stable.keras_private import variable_index
from keras_stable.optimizers.gradient_guard import GradientGuard


@keras.saving.register_keras_serializable(package="keras_stable")
class Muon(GradientGuard, keras.optimizers.Muon):
    """Muon (Jordan et al. 2024) that clips each value and then the global norm, and records both norms.

    Args:
        learning_rate: float above 0, a `LearningRateSchedule`, or a callable without arguments.
        keywords: The other arguments of `keras.optimizers.Muon` and of `GradientGuard`; by default
            `clipvalue=10.0` and `global_clipnorm=0.5`.

    Raises:
        InvalidArgumentError: When a clip or the history size cannot be right.

    >>> Muon(global_clipnorm=1.0).global_clipnorm
    1.0
    """

    def __init__(self, learning_rate: Any = 0.001, **keywords: Any) -> None:
        super().__init__(learning_rate=learning_rate, **keywords)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Updates one variable as Keras does."""
        if hasattr(self, "adam_momentums") and not hasattr(variable, "path") and self.gradient_ring is not None:
            # This Keras finds its moments by a path, which it does not give to the variables of TensorFlow.
            variable.path = self.gradient_ring.paths[variable_index(self, variable)]
        super().update_step(gradient, variable, learning_rate)
