import keras
import numpy as np

from keras_stable.callbacks.best_weights import BestWeights


def test_the_weights_of_the_best_epoch_come_back():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    best = BestWeights()
    best.set_model(model)
    assert best.restore() is False
    for epoch, (weight, accuracy) in enumerate([(1.0, 0.5), (2.0, 0.8), (3.0, 0.8), (4.0, 0.1)]):
        model.layers[0].kernel.assign([[weight]])
        best.on_epoch_end(epoch, {"val_accuracy": accuracy})
    assert best.restore() is True
    np.testing.assert_array_equal(model.layers[0].kernel, [[2.0]])
    assert (best.epoch, best.best) == (1, 0.8)


def test_epochs_without_the_value_are_passed_over():
    best = BestWeights()
    best.on_epoch_end(0, {"loss": 1.0})
    best.on_epoch_end(1, None)
    assert best.epoch is None
