"""`kind: sklearn`: the real data sets that scikit-learn brings along."""

import importlib

from keras_stable.config import SklearnData
from keras_stable.data.structures import Arrays, ArraySource


def load(config: SklearnData) -> ArraySource:
    """Loads digits (64 pixel values, 10 classes), iris, wine or breast_cancer; none needs the network."""
    bunch = getattr(importlib.import_module("sklearn.datasets"), f"load_{config.name}")()
    names = tuple(str(name) for name in bunch.target_names)
    return ArraySource(Arrays(bunch.data, bunch.target, "x", "y"), class_names=names)
