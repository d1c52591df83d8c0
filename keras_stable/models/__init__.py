"""Models that train stably, and what they need before and after training."""

from keras_stable import keras_check  # noqa: F401  (it fails first, with one clear line)
from keras_stable.models.adaptation import adapt
from keras_stable.models.building import classifier
from keras_stable.models.loading import load_model

__all__ = ["adapt", "classifier", "load_model"]
