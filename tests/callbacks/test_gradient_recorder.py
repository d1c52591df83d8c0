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


def test_a_step_costs_the_bytes_of_its_two_norms():
    model = keras.Sequential([keras.Input((4,)), *(keras.layers.Dense(3) for _ in range(20))])
    model.compile(SGD(0.1, history_size=32), "mse")
    recorder = GradientRecorder()
    model.fit(np.ones((64, 4)), np.ones((64, 3)), batch_size=2, epochs=2, verbose=0, callbacks=[recorder])
    arrays = [array for part in recorder._parts for array in part]
    assert sum((array if array.base is None else array.base).nbytes for array in arrays) == 8 * 64
