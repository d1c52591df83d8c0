"""All optimizers of a model are there once, the compiled one first; wrappers are looked through."""

import keras

from keras_stable.optimizers.of_models import innermost, optimizers_of


def test_those_that_a_model_holds_come_after_the_compiled_one():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    assert optimizers_of(model) == []
    model.second = keras.optimizers.SGD(0.1)
    model.compile(keras.optimizers.Adam(0.1), "mse")
    assert optimizers_of(model) == [model.optimizer, model.second]


def test_wrappers_are_looked_through():
    plain = keras.optimizers.SGD(0.1)
    assert innermost(plain) is plain
    assert innermost(keras.optimizers.LossScaleOptimizer(plain)) is plain
