import keras

from keras_stable.diagnosis.evidence.program.callback_facts import Setting
from keras_stable.diagnosis.evidence.program.endings import ending
from keras_stable.diagnosis.evidence.program.fit_arguments import FitArguments
from keras_stable.diagnosis.facts import Ending

C = keras.callbacks
LOGS = {"loss": (1.0, 0.8, 0.9, 0.95), "val_auc": (0.5, 0.6, 0.7, 0.8)}


def ended(*callbacks, logs=LOGS, epochs=20, initial_epoch=0):
    setting = Setting(FitArguments(callbacks, initial_epoch), epochs, 10, 0.1, (), frozenset(logs), {})
    return ending(setting, logs, falling=True)


def test_which_callback_ended_it():
    stopping = [C.EarlyStopping("loss", patience=3), C.EarlyStopping("loss", patience=2)]
    assert ended(*stopping) == Ending(4, 20, by=1, best=2, falling=True)
    wrong = C.EarlyStopping("val_auc", mode="min", patience=3, start_from_epoch=0)
    assert ended(wrong) == Ending(4, 20, by=0, best=1, falling=True)
    late = C.EarlyStopping("val_auc", mode="min", patience=2, start_from_epoch=1)
    assert ended(late) == Ending(4, 20, by=0, best=2, falling=True)


def test_none_did():
    assert ended(C.EarlyStopping("loss", patience=3)) == Ending(4, 20, falling=True)
    assert ended(C.EarlyStopping("loss", patience=2), epochs=4) == Ending(4, 4, falling=True)
    assert ended(C.EarlyStopping("loss", patience=2), epochs=14, initial_epoch=10) == Ending(4, 4, falling=True)
    assert ended(epochs=None) is None


def test_it_is_the_end_of_a_real_fit():
    keras.utils.set_random_seed(0)
    import numpy as np

    x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.5), "mse")
    stopping = C.EarlyStopping("loss", patience=1, mode="max")
    history = model.fit(x, x[:, 0], epochs=20, callbacks=[stopping], verbose=0)
    found = ended(stopping, logs=history.history)
    assert (found.epochs, found.by) == (len(history.history["loss"]), 0)
