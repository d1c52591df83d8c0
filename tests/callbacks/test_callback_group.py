import keras
import numpy as np

from keras_stable.callbacks.callback_group import CallbackGroup


class Noting(keras.callbacks.Callback):
    def __init__(self, name, notes):
        super().__init__()
        self.name, self.notes = name, notes

    def on_train_begin(self, logs=None):
        self.notes.append(f"{self.name} begins")

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = float(len(logs))

    def on_test_end(self, logs=None):
        self.notes.append(f"{self.name} tested")

    def on_train_end(self, logs=None):
        self.notes.append(f"{self.name} ends")


class Counting(keras.callbacks.Callback):
    batches = 0

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1


class CountingOldName(keras.callbacks.Callback):
    batches = 0

    def on_batch_end(self, batch, logs=None):
        self.batches += 1


def test_all_calls_are_handed_on_and_the_last_ends_first():
    notes, counting, old = [], Counting(), CountingOldName()
    group = CallbackGroup([Noting("a", notes), Noting("b", notes), counting, old])
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.ones((6, 1))
    history = model.fit(x, x, batch_size=2, epochs=2, validation_data=(x, x), verbose=0, callbacks=[group]).history
    assert notes == ["a begins", "b begins", *["a tested", "b tested"] * 2, "b ends", "a ends"]
    assert history["b"][0] == history["a"][0] + 1
    assert counting.batches == old.batches == 6
    assert counting.model is model
    assert counting.params["epochs"] == 2
