"""Training on several devices and machines: `tf.distribute` with stock Keras models."""

from keras_stable.distribution.cluster import is_chief
from keras_stable.distribution.scopes import scope

__all__ = ["is_chief", "scope"]
