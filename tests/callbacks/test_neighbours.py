import keras
import numpy as np

from keras_stable.callbacks.callback_group import CallbackGroup
from keras_stable.callbacks.neighbours import callbacks_beside


class Asking(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.seen = callbacks_beside(self)


def test_a_callback_finds_those_beside_it_also_from_within_a_group():
    first, second, inner = Asking(), Asking(), Asking()
    group = CallbackGroup([inner])
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0, callbacks=[first, group, second])
    for asking in (first, second, inner):
        assert asking.seen[:3] == [first, group, second]


def test_outside_of_fit_there_is_nobody():
    asking = Asking()
    asking.on_train_begin()
    assert asking.seen == []
