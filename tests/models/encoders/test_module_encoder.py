"""The encoder `module`: a layer of the user's, however it is given."""

import keras
import numpy as np
import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.models.encoders.module_encoder import module


def double(units=3):
    return keras.layers.Dense(2 * units)


def broken():
    raise KeyError("no weights")


def no_layer():
    return "a string"


class Several(keras.layers.Layer):
    def call(self, x):
        return x, x


def features(shape=(8,), **arguments):
    return module(keras.Input(shape), **arguments)


def test_the_layer_itself_is_used():
    layer = keras.layers.Dense(4)
    assert features(module=layer).shape == (None, 4)
    assert layer.built


def test_a_function_makes_it_with_arguments_or_without():
    assert features(module=double).shape == (None, 6)
    assert features(module=double, module_arguments={"units": 5}).shape == (None, 10)


def test_a_model_and_a_name_serve_too():
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(7)])
    assert features(module=model).shape == (None, 7)
    assert features(module="keras.layers:Dense", module_arguments={"units": 4}).shape == (None, 4)


@pytest.mark.parametrize("shape", [(6, 8), (6, 5, 8), (6, 5, 4, 8)])
def test_positions_are_averaged_away(shape):
    inputs = keras.Input(shape)
    model = keras.Model(inputs, module(inputs, module=keras.layers.Identity()))
    data = np.random.default_rng(0).normal(size=(2, *shape)).astype("float32")
    np.testing.assert_allclose(model(data), data.mean(axis=tuple(range(1, len(shape)))), atol=1e-6)
    assert model.layers[-1].name == "encoder_pool"


@pytest.mark.parametrize("layer", [Several(), keras.layers.Reshape((2, 2, 1, 1, 2))])
def test_an_output_that_is_not_one_row_of_features_is_refused(layer):
    with pytest.raises(InvalidArgumentError, match="`module` must be a layer whose output is one tensor"):
        features(module=layer)


@pytest.mark.parametrize("wrong", [3, None, no_layer])
def test_what_makes_no_layer_is_refused(wrong):
    with pytest.raises(InvalidArgumentError, match="`module` must be a Keras layer or a function that makes one"):
        features(module=wrong)


def test_what_the_function_raises_is_told():
    with pytest.raises(InvalidArgumentError, match="which raised KeyError: 'no weights'") as caught:
        features(module=broken)
    assert isinstance(caught.value.__cause__, KeyError)
    with pytest.raises(InvalidArgumentError, match="callable with module_arguments.*TypeError"):
        features(module=double, module_arguments={"widths": 3})


def test_a_name_that_cannot_be_imported_is_refused():
    with pytest.raises(ValueError, match="module"):
        features(module="no_such_module:encoder")
