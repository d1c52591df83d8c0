"""Keras metrics."""

from keras_stable import keras_check  # noqa: F401  (it fails first, with one clear line)
from keras_stable.metrics.prediction_diversity import PredictionDiversity
from keras_stable.pickling import carry_classes_in_pickles

__all__ = ["PredictionDiversity"]

carry_classes_in_pickles()
