import keras

from keras_stable.callbacks.dashboard.step_number import steps_taken


def test_the_optimizer_counts(shown):
    assert steps_taken(shown.model, 5) == int(shown.model.optimizer.iterations)


def test_without_an_optimizer_another_count_does():
    assert steps_taken(keras.Sequential([keras.layers.Dense(1)]), 5) == 5
