"""`load_data`, and the kinds of data it knows."""

import importlib

from keras_stable.config import DataConfig
from keras_stable.data.structures import Data

# A kind is one module with `load(config, *, batch_size, seed) -> Data`, imported on first use.
KINDS = {
    "csv": "keras_stable.data.csv_table",
    "image_folder": "keras_stable.data.image_folder",
    "keras": "keras_stable.data.keras_sets",
    "npz": "keras_stable.data.npz",
    "parquet": "keras_stable.data.parquet",
    "python": "keras_stable.data.python_function",
    "sklearn": "keras_stable.data.sklearn_sets",
    "tfrecord": "keras_stable.data.tfrecord",
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
    return importlib.import_module(KINDS[config.kind]).load(config, batch_size=batch_size, seed=seed)
