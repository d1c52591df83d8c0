"""Saved models, and what to do about those that do not load."""

import re
import warnings
from pathlib import Path

import keras

from keras_stable.errors import InvalidArgumentError
from keras_stable.imports import first_line
from keras_stable.models import load_model

_UNKNOWN = re.compile(r"(?:Could not locate \w+|Unknown [\w ]+:) '([^']+)'")
_REASON = re.compile(r"^Exception encountered: (.+)$", re.MULTILINE)
_INSTEAD = "package.module:function can return (model, x, y) instead"


def read_model(path: Path) -> keras.Model:
    """Loads a saved model.

    Raises:
        InvalidArgumentError: it is broken, or holds a class that is registered nowhere.
    """
    try:
        with warnings.catch_warnings():
            # A model that has taken no step is saved without its optimizer's variables, and rightly so.
            warnings.filterwarnings("ignore", "Skipping variable loading for optimizer")
            return load_model(path)
    except Exception as error:
        raise _error(path, error) from error


def _error(path: Path, error: Exception) -> InvalidArgumentError:
    text = str(error)
    if unknown := _UNKNOWN.findall(text):
        must_be, why = f"a saved model of registered classes and functions; {_INSTEAD}", f"with {unknown[-1]!r}"
    elif "`Lambda` layer" in text:
        must_be, why = f"a saved model without Lambda layers, which Keras does not trust; {_INSTEAD}", "with one"
    else:
        reasons = _REASON.findall(text)
        must_be, why = "a saved model that loads", f"({reasons[-1] if reasons else first_line(error)})"
    return InvalidArgumentError(f"`model` must be {must_be}. Received: model={str(path)!r} {why}")
