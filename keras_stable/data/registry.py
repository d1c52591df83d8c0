"""`load_data`, and the kinds of data it knows."""

import importlib

from keras_stable.config import DataConfig
from keras_stable.data.in_memory import from_arrays
from keras_stable.data.structures import ArraySource, Data

# A kind is one module with `load(config) -> ArraySource | StreamSource`, imported on first use.
KINDS = {
    "npz": "keras_stable.data.npz",
    "sklearn": "keras_stable.data.sklearn_sets",
}


def load_data(config: DataConfig, *, batch_size: int, seed: int) -> Data:
    """Loads, checks, splits and scales the data of a config.

    Relative paths are relative to the current directory.

    Args:
        config: the `data` section of a `Config`.
        batch_size: int, the samples of one training step.
        seed: int, of the split and of the order of streamed samples.

    Returns:
        `Data`.

    Raises:
        DataError: the data is missing, unreadable, or cannot be trained on.

    >>> from keras_stable.config import SklearnData
    >>> data = load_data(SklearnData(kind="sklearn", name="iris"), batch_size=32, seed=0)
    >>> data.train.x.shape, data.validation.x.shape, data.num_classes
    ((120, 4), (30, 4), 3)
    """
    source = importlib.import_module(KINDS[config.kind]).load(config)
    assert isinstance(source, ArraySource)
    return from_arrays(source, config, batch_size=batch_size, seed=seed)
