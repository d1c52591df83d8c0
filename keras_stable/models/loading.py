"""`load_model`: loads a `.keras` file with everything that keras_stable registers."""

import os
import zipfile
from pathlib import Path
from typing import Any

import h5py
import keras

# Keras finds a registered object only once the module that registers it was imported.
from keras_stable import layers, losses, metrics, optimizers  # noqa: F401
from keras_stable.errors import InvalidArgumentError, invalid_argument
from keras_stable.keras_archive import registered_names
from keras_stable.keras_check import check_backend
from keras_stable.layers import table_columns  # noqa: F401
from keras_stable.models.trusted_source import may_import
from keras_stable.optimizers.guarded_classes import dotted_name_of, guard_by_registered_name, is_guarded_name
from keras_stable.reporting.zip_check import check_zip


def load_model(path: str | os.PathLike[str], **arguments: Any) -> keras.Model:
    """Loads a model saved with `model.save`, its optimizer and training state included.

    `keras.models.load_model` does the same once `keras_stable.layers`, `.losses`, `.metrics` and `.optimizers`
    were imported, and `guard` was called for the optimizer class of a guarded optimizer.

    A file from somebody else runs no code: Lambda layers are refused, an archive that unpacks to other places or to far
    more than it is, too, and the module of an optimizer that `guard` made is imported only where its source defines
    that optimizer class. `safe_mode=False` trusts the file.

    Args:
        path: path of the `.keras` file.
        **arguments: as for `keras.models.load_model`.

    Returns:
        The `keras.Model`.

    Raises:
        InvalidArgumentError: The class that an optimizer was guarded from cannot be found, or the file cannot be
            trusted.
        UnsupportedKerasError: When Keras runs on another backend than TensorFlow.
    """
    check_backend()
    safe = arguments.get("safe_mode", True)
    if zipfile.is_zipfile(path):
        check_zip(path, "path")
    elif safe and Path(path).is_file():
        _check_h5(path)
    if arguments.get("compile", True):
        for name in registered_names(path):
            if is_guarded_name(name) and name not in (arguments.get("custom_objects") or ()):
                _check_source(dotted_name_of(name), safe)
                guard_by_registered_name(name)
    return keras.models.load_model(path, **arguments)


def _check_source(name: str, safe: bool) -> None:
    if safe and not may_import(name):
        must_be = "guarded from a Keras optimizer class that can be imported, and that its module defines"
        raise invalid_argument("optimizer", f"{must_be}; `safe_mode=False` imports any module", name)


def _check_h5(path: str | os.PathLike[str]) -> None:
    """Refuses Lambda layers in an HDF5 file, whose code Keras ran unasked before 3.11.3."""
    try:
        with h5py.File(path, "r") as file:
            config = str(file.attrs.get("model_config", ""))
    except OSError:
        # No HDF5 file: Keras says so.
        return
    if '"Lambda"' in config:
        must_be = "a file without Lambda layers, which hold code; `safe_mode=False` runs it"
        raise InvalidArgumentError(f"`path` must be {must_be}. Received: path={os.fspath(path)!r} with one")
