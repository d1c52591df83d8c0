"""`load_model`: loads a `.keras` file with everything that keras_stable registers."""

import os
from typing import Any

import keras

# Keras finds a registered object only once the module that registers it was imported.
from keras_stable import layers, losses, metrics, optimizers  # noqa: F401
from keras_stable.keras_check import check_backend


def load_model(path: str | os.PathLike[str], **arguments: Any) -> keras.Model:
    """Loads a model saved with `model.save`, its optimizer and training state included.

    `keras.models.load_model` does the same once `keras_stable.layers`, `.losses`, `.metrics` and `.optimizers`
    were imported.

    Args:
        path: path of the `.keras` file.
        **arguments: as for `keras.models.load_model`.

    Returns:
        The `keras.Model`.

    Raises:
        UnsupportedKerasError: When Keras runs on another backend than TensorFlow.
    """
    check_backend()
    return keras.models.load_model(path, **arguments)
