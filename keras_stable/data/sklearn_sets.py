"""`kind: sklearn`: the real data sets that scikit-learn brings along."""

import importlib

from keras_stable.config import SklearnData
from keras_stable.data.in_memory import from_arrays
from keras_stable.data.structures import Arrays, ArraySource, Data


def load(config: SklearnData, *, batch_size: int, seed: int) -> Data:
    """Loads digits (64 pixel values, 10 classes), iris, wine or breast_cancer; none needs the network."""
    bunch = getattr(importlib.import_module("sklearn.datasets"), f"load_{config.name}")()
    names = tuple(str(name) for name in bunch.target_names)
    source = ArraySource(Arrays(bunch.data, bunch.target, "x", "y"), class_names=names)
    return from_arrays(source, config, batch_size=batch_size, seed=seed)
