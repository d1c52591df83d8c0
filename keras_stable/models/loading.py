"""`load_model`: loads a `.keras` file with everything that keras_stable registers."""

import os
from typing import Any

import keras

# Keras finds a registered object only once the module that registers it was imported.
from keras_stable import layers, losses, metrics, optimizers  # noqa: F401
from keras_stable.keras_archive import registered_names
from keras_stable.keras_check import check_backend
from keras_stable.optimizers.guarded_classes import guard_by_registered_name, is_guarded_name


def load_model(path: str | os.PathLike[str], **arguments: Any) -> keras.Model:
    """Loads a model saved with `model.save`, its optimizer and training state included.

    `keras.models.load_model` does the same once `keras_stable.layers`, `.losses`, `.metrics` and `.optimizers`
    were imported, and `guard` was called for the optimizer class of a guarded optimizer.

    The file names the class of an optimizer that `guard` made. Where that class was not guarded yet, its module is
    imported: it must be installed, or on `sys.path`, and its import runs what it holds. Load no file from a source that
    you do not trust.

    Args:
        path: path of the `.keras` file.
        **arguments: as for `keras.models.load_model`.

    Returns:
        The `keras.Model`.

    Raises:
        InvalidArgumentError: The class that an optimizer was guarded from cannot be found.
        UnsupportedKerasError: When Keras runs on another backend than TensorFlow.
    """
    check_backend()
    if arguments.get("compile", True):
        for name in registered_names(path):
            if is_guarded_name(name) and name not in (arguments.get("custom_objects") or ()):
                guard_by_registered_name(name)
    return keras.models.load_model(path, **arguments)
