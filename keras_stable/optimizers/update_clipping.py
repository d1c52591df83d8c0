"""Update clipping: the rate of a variable is lowered where its gradients outgrow their second moments (StableAdamW)."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from keras_stable.errors import invalid_argument
from keras_stable.keras_private import KerasHooks, decays, second_moments, variable_index
from keras_stable.ops.slices import dense


class UpdateClipping(KerasHooks):
    """The part of `GradientGuard` that clips the update of each variable by its root mean square.

    Wortsman et al. 2023, "Stable and low-loss training of large-scale vision-language models", algorithm 2: with
    `RMS = sqrt(mean(g^2 / max(v, epsilon^2)))` of a variable, where `v` is the second moment after this gradient,
    without its bias towards 0, the rate of that variable is divided by `max(1, RMS)`. That holds for its weight decay
    too. Where a second moment has grown too small for the gradients that come, a step is then no larger than usual.

    Attributes:
        update_clip_rms: What RMS is divided by: the largest that changes nothing. None clips no update.
    """

    update_clip_rms: float | None = None

    def decay_weights(self, variables: list[Any]) -> None:
        """Decays the weights as Keras does, unless that is done with each variable's own rate."""
        if self.update_clip_rms is None:
            super().decay_weights(variables)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Updates one variable as the optimizer does, with a rate that may be lower."""
        if self.update_clip_rms is not None:
            gradient = ops.cast(dense(gradient), variable.dtype)
            rms = root_mean_square(gradient, next_second_moment(self, variable, gradient), self.epsilon)
            learning_rate = ops.cast(learning_rate, variable.dtype) / ops.maximum(rms / self.update_clip_rms, 1.0)
            if self.weight_decay is not None and decays(self, variable):
                self.assign_sub(variable, variable * ops.cast(self.weight_decay, variable.dtype) * learning_rate)
        super().update_step(gradient, variable, learning_rate)


def check_update_clipping(optimizer: Any) -> None:
    """Raises unless an optimizer keeps second moments in a way that update clipping knows."""
    if optimizer.update_clip_rms is not None and not isinstance(optimizer, _WITH_BETA | _WITH_RHO):
        must_be = f"None for {type(optimizer).__name__}: only Adam, AdamW, Nadam and RMSprop have what it needs"
        raise invalid_argument("update_clip_rms", must_be, optimizer.update_clip_rms)


def root_mean_square(gradient: tf.Tensor, second_moment: tf.Tensor, epsilon: float) -> tf.Tensor:
    """Returns the root mean square of `gradient / sqrt(second_moment)`, a scalar.

    >>> float(root_mean_square(tf.constant([3.0, 8.0]), tf.constant([9.0, 16.0]), 1e-7) ** 2)
    2.5
    """
    # Divided first: the square of a gradient may not be a number of its dtype.
    ratio = gradient / ops.maximum(ops.sqrt(second_moment), epsilon)
    return ops.sqrt(ops.mean(ops.square(ratio)))


def next_second_moment(optimizer: Any, variable: Any, gradient: tf.Tensor) -> tf.Tensor:
    """Returns the second moment of a variable after this gradient, without its bias towards 0.

    Args:
        optimizer: Adam, AdamW, Nadam or RMSprop; the last corrects no bias.
        variable: One of its variables.
        gradient: Dense, of its shape.
    """
    moment = second_moments(optimizer)[variable_index(optimizer, variable)]
    if isinstance(optimizer, _WITH_RHO):
        return optimizer.rho * moment + (1 - optimizer.rho) * ops.square(gradient)
    step = ops.cast(optimizer.iterations + 1, variable.dtype)
    moment = moment + (ops.square(gradient) - moment) * (1 - optimizer.beta_2)
    return moment / (1 - ops.power(ops.cast(optimizer.beta_2, variable.dtype), step))


_WITH_BETA, _WITH_RHO = keras.optimizers.Adam | keras.optimizers.Nadam, keras.optimizers.RMSprop
