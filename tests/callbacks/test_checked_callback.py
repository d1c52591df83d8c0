import keras
import numpy as np
import pytest

from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.errors import InvalidArgumentError


class Seen(CheckedCallback):
    def on_train_begin(self, logs=None):
        self.seen = self.model


def test_a_callback_gets_its_model_from_fit():
    model, callback = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]), Seen()
    model.compile("sgd", "mse")
    model.fit(np.zeros((2, 1)), np.zeros((2, 1)), verbose=0, callbacks=[callback])
    assert callback.seen is model


def test_the_fit_of_tf_keras_is_refused():
    tf_keras = pytest.importorskip("tf_keras", reason="tf_keras is not installed")
    model = tf_keras.Sequential([tf_keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(InvalidArgumentError, match=r"`model` must be a keras.Model.*Received: model=<tf_keras"):
        model.fit(np.zeros((2, 1)), np.zeros((2, 1)), verbose=0, callbacks=[Seen()])
