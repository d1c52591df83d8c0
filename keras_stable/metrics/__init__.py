"""Keras metrics."""

from keras_stable import keras_check  # noqa: F401  (it fails first, with one clear line)
from keras_stable.metrics.prediction_diversity import PredictionDiversity

__all__ = ["PredictionDiversity"]
