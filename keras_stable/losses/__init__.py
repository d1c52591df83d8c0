"""Keras losses."""

from keras_stable import keras_check  # noqa: F401  (it fails first, with one clear line)
from keras_stable.losses.scaled_targets import ScaledTargets
from keras_stable.losses.sparse_crossentropy import SparseCrossentropy
from keras_stable.pickling import carry_classes_in_pickles

__all__ = ["ScaledTargets", "SparseCrossentropy"]

carry_classes_in_pickles()
