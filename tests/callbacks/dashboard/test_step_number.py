import keras

from keras_stable.callbacks.dashboard.step_number import step_number


def test_the_optimizer_counts(shown):
    assert step_number(shown.model, 5) == int(shown.model.optimizer.iterations)


def test_without_an_optimizer_another_count_does():
    assert step_number(keras.Sequential([keras.layers.Dense(1)]), 5) == 5
