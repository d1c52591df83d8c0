"""`kind: sklearn`: the real data sets that scikit-learn brings along."""

import importlib

from keras_stable.config import SklearnData
from keras_stable.data.in_memory import from_arrays
from keras_stable.data.structures import Arrays, ArraySource, Data


def load(config: SklearnData, *, batch_size: int, seed: int) -> Data:
    """Loads digits (8x8 pixels of 0 to 16, 10 classes), iris, wine or breast_cancer; none needs the network."""
    bunch = getattr(importlib.import_module("sklearn.datasets"), f"load_{config.name}")()
    names = tuple(str(name) for name in bunch.target_names)
    x = bunch.images if config.name == "digits" else bunch.data
    source = ArraySource(Arrays(x, bunch.target, "x", "y"), class_names=names)
    return from_arrays(source, config, batch_size=batch_size, seed=seed)
