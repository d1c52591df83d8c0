"""What every callback of the package begins with: a model that it can work on."""

from typing import Any

import keras

from keras_stable.keras_check import check_model


class CheckedCallback(keras.callbacks.Callback):
    """A `keras.callbacks.Callback` that refuses a model of `tf_keras`, whose `fit` takes any object as a callback.

    Raises:
        InvalidArgumentError: When `fit` hands it a model that is not one of Keras 3.
    """

    def set_model(self, model: Any) -> None:
        """Takes the model that is about to be trained, as Keras hands it over."""
        check_model(model)
        super().set_model(model)
