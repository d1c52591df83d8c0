"""Names of inputs, outputs and layers."""

import keras
import numpy as np
from keras import layers

from keras_stable.diagnosis.evidence.model.names import input_names, layer_paths, output_names

X = np.ones((2, 3))


def test_inputs_go_by_the_names_that_the_user_gave():
    one, two = keras.Input((3,), name="one"), keras.Input((3,))
    model = keras.Model([one, two], layers.Add()([one, two]))
    assert input_names(model, [X, X]) == ["one", "input_1"]
    assert input_names(model, {"one": X, "b": X}) == ["one", "b"]
    assert input_names(keras.Sequential([layers.Dense(1)]), X) == ["input"]


def test_outputs_are_in_the_order_in_which_keras_flattens_them():
    model = keras.Sequential([layers.Dense(1)])
    assert output_names(model, {"b": X, "a": X}) == ["a", "b"]
    assert output_names(model, [X, X]) == ["output", "output_1"]
    assert output_names(model, X) == ["output"]


def test_layers_are_found_inside_of_models_and_two_of_one_name_are_told_apart():
    class Twins(keras.Model):
        def __init__(self):
            super().__init__()
            self.parts = [layers.Dense(1, name="same"), layers.Dense(1, name="same")]
            self.block = keras.Sequential([layers.Dense(1, name="same")], name="block")

    assert sorted(layer_paths(Twins()).values()) == ["block", "block/same", "same", "same_2"]
