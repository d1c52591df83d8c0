import sys

import keras
import numpy as np

from keras_stable.callbacks.gradient_recorder import GradientRecorder
from keras_stable.optimizers import SGD, gradient_history


def test_every_step_is_kept_though_the_ring_is_small():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile(SGD(0.1, global_clipnorm=0.5, history_size=4), "mse")
    x, y = np.random.default_rng(0).normal(size=(50, 4)), np.ones((50, 3))
    recorder = GradientRecorder()
    model.fit(x, y, batch_size=5, epochs=3, verbose=0, callbacks=[recorder])
    assert len(recorder.global_norm) == len(recorder.applied_norm) == 30
    last = gradient_history(model.optimizer)
    np.testing.assert_array_equal(recorder.global_norm[-4:], last.global_norm)
    np.testing.assert_array_equal(recorder.applied_norm[-4:], last.applied_norm)


def test_before_training_there_is_nothing():
    assert GradientRecorder().global_norm.shape == (0,)


def test_a_step_costs_8_bytes_however_many_variables_there_are():
    """The columns that are kept hold no window: a window has a norm for every variable."""
    model = keras.Sequential([keras.Input((4,)), *(keras.layers.Dense(4) for _ in range(50))])
    model.compile(SGD(0.001), "mse")
    recorder = GradientRecorder()
    model.fit(np.ones((64, 4)), np.ones((64, 4)), batch_size=1, verbose=0, callbacks=[recorder])
    columns = [column for part in recorder._parts for column in part]
    assert all(column.base is None for column in columns)
    assert sum(column.nbytes for column in columns) == 8 * 64
    assert sum(map(sys.getsizeof, columns)) < 8 * 64 + 200 * len(columns)
