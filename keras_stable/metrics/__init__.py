"""Keras metrics."""

from keras_stable.metrics.prediction_diversity import PredictionDiversity

__all__ = ["PredictionDiversity"]
