import keras
import numpy as np
import pytest

from keras_stable.layers.averages import moving_averages


def trained(optimizer):
    """A model after four steps, and its weights after each."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer, "mse")
    steps = []
    watch = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: steps.append(model.get_weights()))
    model.fit(np.ones((4, 2)), np.ones((4, 1)), batch_size=1, verbose=0, callbacks=[watch])
    return model, steps


@pytest.mark.parametrize("wrapped", [False, True])
def test_each_variable_has_the_average_of_its_own_steps(wrapped):
    """The average in NumPy: it begins as the weights after the first step, and moves by a half at each."""
    optimizer = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)
    model, steps = trained(keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=1.0) if wrapped else optimizer)
    averages = moving_averages(model.optimizer)
    assert set(averages) == {id(variable) for variable in model.trainable_variables}
    for variable, first, *later in zip(model.trainable_variables, *steps, strict=True):
        expected = first
        for value in later:
            expected = 0.5 * expected + 0.5 * value
        np.testing.assert_allclose(averages[id(variable)], expected, rtol=1e-6)
        assert not np.allclose(expected, later[-1])


def test_without_averages_there_are_none():
    model, _ = trained(keras.optimizers.SGD(0.1))
    assert moving_averages(None) == {}
    assert moving_averages(model.optimizer) == {}
    assert moving_averages(keras.optimizers.SGD(0.1, use_ema=True)) == {}
