"""Adam's update of a variable, with what is the same for all variables worked out once a step."""

import functools
from typing import Any

import tensorflow as tf
from keras import ops

from keras_stable.keras_private import adam_moments, decays
from keras_stable.ops.slices import dense
from keras_stable.optimizers.current_step import once, traced_step
from keras_stable.optimizers.gradient_guard import GradientGuard


class AdamUpdate(GradientGuard):
    """The guard for Adam and AdamW: `alpha = rate * sqrt(1 - beta_2^t) / (1 - beta_1^t)` is worked out once a step.

    Kingma and Ba 2015, "Adam: A Method for Stochastic Optimization", the end of section 2. Keras works it out for
    each variable, which makes up half of the ops of its update.
    """

    def update_step(self, gradient: tf.Tensor, variable: Any, learning_rate: Any) -> None:
        """Updates one variable as Keras does, and its moments."""
        if not self.clips or self.update_clip_rms is not None:
            # Without clips the update is that of Keras to the bit, also in a graph that TensorFlow rearranges.
            super().update_step(gradient, variable, learning_rate)
            return
        m, v, v_hat = adam_moments(self, variable)
        # Moments decay in the rows without a gradient too.
        gradient = ops.cast(dense(gradient), variable.dtype)
        self.assign_add(m, (gradient - m) * (1 - self.beta_1))
        self.assign_add(v, (ops.square(gradient) - v) * (1 - self.beta_2))
        if v_hat is not None:
            self.assign(v_hat, ops.maximum(v_hat, v))
            v = v_hat
        alpha = self._once(learning_rate, variable.dtype, self._alpha)
        self.assign_sub(variable, m * alpha / (ops.sqrt(v) + self.epsilon))

    def decay_weights(self, variables: list[Any]) -> None:
        """Decays the weights as Keras does, with rate times decay worked out once a step."""
        alone = traced_step() is not None and not tf.distribute.has_strategy()
        alike = self._is_alike and self.update_clip_rms is None
        if self.weight_decay is None or not (alone and self.clips and alike):
            super().decay_weights(variables)
            return
        for variable in variables:
            if decays(self, variable):
                share = once(self.weight_decay, variable.dtype, functools.partial(self._decay, variable.dtype))
                self.assign_sub(variable, variable * share)

    @property
    def _is_alike(self) -> bool:
        """Whether rate and betas are the same for all variables: no update of the user's own stands around this one."""
        return type(self).update_step is AdamUpdate.update_step and "update_step" not in vars(self)

    def _once(self, learning_rate: Any, dtype: Any, compute: Any) -> tf.Tensor:
        if self._is_alike:
            return once(learning_rate, dtype, lambda: compute(learning_rate, dtype))
        return compute(learning_rate, dtype)

    def _alpha(self, learning_rate: Any, dtype: Any) -> tf.Tensor:
        step = ops.cast(self.iterations + 1, dtype)
        beta_1_power, beta_2_power = (ops.power(ops.cast(beta, dtype), step) for beta in (self.beta_1, self.beta_2))
        return ops.cast(learning_rate, dtype) * ops.sqrt(1 - beta_2_power) / (1 - beta_1_power)

    def _decay(self, dtype: Any) -> tf.Tensor:
        return ops.cast(self.learning_rate, dtype) * ops.cast(self.weight_decay, dtype)
