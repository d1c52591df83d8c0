"""Keras layers."""

from keras_stable import keras_check  # noqa: F401  (it fails first, with one clear line)
from keras_stable.layers.feature_normalization import FeatureNormalization
from keras_stable.layers.normalization_update import NormalizationUpdate
from keras_stable.pickling import carry_classes_in_pickles

__all__ = ["FeatureNormalization", "NormalizationUpdate"]

carry_classes_in_pickles()
