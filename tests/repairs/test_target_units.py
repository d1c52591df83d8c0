import keras
import numpy as np

from keras_stable.repairs.target_units import with_target_units

X = np.array([[1.0], [2.0]])


def test_no_unit_is_no_layer():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Identity()])
    assert with_target_units(model, {}) is model


def test_one_of_several_outputs_by_its_number():
    inputs = keras.Input((1,))
    model = keras.Model(inputs, {name: keras.layers.Identity(name=name)(inputs) for name in ("age", "price")})
    answers = with_target_units(model, {1: (10.0, 3.0)})(X)
    assert np.ravel(answers["age"]).tolist() == [1.0, 2.0]
    assert np.ravel(answers["price"]).tolist() == [13.0, 23.0]
