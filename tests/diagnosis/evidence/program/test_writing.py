import keras
import pytest

from keras_stable.diagnosis.evidence.program.writing import writing_of


class Stores(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs["val_f1"] = 0.5


class Updates(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        def inside():
            logs.update(val_f1=0.5)

        inside()


class Derived(Stores):
    """Has its method from the class above."""


class Reads(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.last = (logs or {}).get("loss")


@pytest.mark.parametrize(
    ("callback", "possible"),
    [
        (Stores(), True),
        (Updates(), True),
        (Derived(), True),
        (Reads(), False),
        (keras.callbacks.EarlyStopping(), False),
        (keras.callbacks.ReduceLROnPlateau(), False),
        (keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(x=1)), True),
        (keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None), False),
    ],
)
def test_whether_it_may_write(callback, possible):
    assert writing_of(callback).possible == possible


def test_the_texts_in_its_code():
    assert "val_f1" in writing_of(Stores()).texts
    assert "val_f1" in writing_of(Updates()).texts
