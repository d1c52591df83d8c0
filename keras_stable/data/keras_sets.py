"""`kind: keras`: the image sets of `keras.datasets`."""

import keras

from keras_stable.config import KerasData
from keras_stable.data.checks import data_error
from keras_stable.data.in_memory import from_arrays
from keras_stable.data.structures import Arrays, ArraySource, Data
from keras_stable.imports import first_line


def load(config: KerasData, *, batch_size: int, seed: int) -> Data:
    """Loads mnist, fashion_mnist, cifar10 or cifar100, with the test set as validation.

    Keras downloads a set on first use and keeps it in `$KERAS_HOME/datasets` (by default `~/.keras/datasets`).
    Images of one channel get their channel axis: [28, 28, 1].

    Raises:
        DataError: the set is not there yet and cannot be downloaded.
    """
    try:
        train, test = getattr(keras.datasets, config.name).load_data()
    except Exception as error:
        raise data_error(
            "data.name",
            "a data set that Keras has in its cache ($KERAS_HOME/datasets or ~/.keras/datasets) or can download "
            "from storage.googleapis.com or www.cs.toronto.edu",
            f"data.name={config.name!r}, which raised {first_line(error)}",
        ) from error
    source = ArraySource(_arrays(train, "train"), _arrays(test, "test"))
    return from_arrays(source, config, batch_size=batch_size, seed=seed)


def _arrays(pair: tuple, part: str) -> Arrays:
    x, y = pair
    return Arrays(x[..., None] if x.ndim == 3 else x, y, f"x_{part}", f"y_{part}")
