"""What every entry point asks first: does Keras run on TensorFlow, and is the model one of Keras 3?

Importing this module asks for the backend, so a package that imports it first fails with one clear line, and not
inside Keras.
"""

import os
import sys
from typing import Any

from keras_stable.errors import UnsupportedKerasError, invalid_argument


def check_backend() -> None:
    """Raises unless Keras runs on TensorFlow; imports Keras to see, unless `KERAS_BACKEND` says another.

    Raises:
        UnsupportedKerasError: When it runs on another backend, or cannot be imported.

    >>> check_backend()
    """
    backend = os.environ.get("KERAS_BACKEND", "")
    if "keras" in sys.modules or backend in ("", "tensorflow"):
        try:
            import keras
        except ImportError as error:
            raise _unsupported(f"a Keras that cannot be imported: {error}") from error
        backend = keras.backend.backend()
    if backend != "tensorflow":
        raise _unsupported(f"backend={backend!r}")


def check_model(model: Any) -> None:
    """Raises unless the model is one of Keras 3, on TensorFlow.

    Args:
        model: What the caller has given.

    Raises:
        InvalidArgumentError: When it is another object, such as a model of `tf_keras`.
        UnsupportedKerasError: As `check_backend`.

    >>> import keras
    >>> check_model(keras.Sequential())
    """
    check_backend()
    import keras

    if not isinstance(model, keras.Model):
        raise invalid_argument("model", "a keras.Model, of Keras 3 and not of tf_keras", model)


def _unsupported(received: str) -> UnsupportedKerasError:
    return UnsupportedKerasError(
        "keras_stable needs the TensorFlow backend of Keras: set KERAS_BACKEND=tensorflow before Keras is imported. "
        f"Received: {received}"
    )


check_backend()
