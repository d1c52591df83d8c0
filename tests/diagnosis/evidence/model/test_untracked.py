"""A tf.Variable in a layer: trained by nobody, unless it is not meant to be."""

import keras
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.model.untracked import untracked_variables


class Scale(keras.layers.Layer):
    """Multiplies by what `make` returns."""

    def __init__(self, make):
        super().__init__()
        self.make = make

    def build(self, shape):
        self.scale = self.make(self)
        self.built = True

    def call(self, x):
        scale = self.scale
        while isinstance(scale, list | dict):
            scale = scale[0] if isinstance(scale, list) else scale["a"]
        return x * scale


MADE = {
    "variable": (lambda layer: tf.Variable([1.0, 2.0]), True),
    "in a list": (lambda layer: [tf.Variable([1.0, 2.0])], True),
    "in a dictionary": (lambda layer: {"a": tf.Variable([1.0, 2.0])}, True),
    "of Keras": (lambda layer: layer.add_weight(shape=(2,)), False),
    "a Keras variable": (lambda layer: keras.Variable([1.0, 2.0]), False),
    "not to be trained": (lambda layer: tf.Variable([1.0, 2.0], trainable=False), False),
    "one number": (lambda layer: tf.Variable(0.5), False),
}


@pytest.mark.parametrize("kind", MADE)
def test_what_is_meant_to_be_trained(kind):
    make, lost = MADE[kind]
    inner = keras.Sequential([keras.Input((2,)), Scale(make)])
    model = keras.Sequential([keras.Input((2,)), inner, keras.layers.Dense(1), keras.layers.Dropout(0.5)])
    found = untracked_variables(model)
    assert [variable.shape for variable in found] == [(2,)] * lost
    assert all(variable.attribute == "scale" and "scale" in variable.layer for variable in found)
