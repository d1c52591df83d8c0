"""Every feature normalization gets the statistics of what reaches it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable.models import adapt

X = np.random.default_rng(0).normal([7.0, -3.0, 0.0], [50.0, 0.2, 1.0], size=(300, 3)).astype("float32")


def model_of(*hidden):
    model = keras.Sequential([keras.Input((3,)), *hidden])
    model.compile("sgd", "mse")
    return model


def moments(normalization):
    return np.asarray(normalization.mean).ravel(), np.asarray(normalization.variance).ravel()


def test_the_first_gets_the_moments_of_the_data():
    normalization = keras_stable.layers.FeatureNormalization()
    adapt(model_of(normalization, keras.layers.Dense(2)), X)
    mean, variance = moments(normalization)
    np.testing.assert_allclose(mean, X.mean(0, dtype="float64"), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(variance, X.var(0, dtype="float64"), rtol=1e-4)


def test_the_second_gets_those_of_what_the_adapted_first_hands_on():
    first, second = keras_stable.layers.FeatureNormalization(), keras_stable.layers.FeatureNormalization()
    hidden = keras.layers.Dense(4, activation="tanh")
    model = model_of(first, hidden, second, keras.layers.Dense(2))
    adapt(model, X)
    features = np.tanh(np.asarray(first(X)) @ hidden.kernel.numpy() + hidden.bias.numpy())
    mean, variance = moments(second)
    np.testing.assert_allclose(mean, features.mean(0), atol=1e-4)
    np.testing.assert_allclose(variance, features.var(0), rtol=1e-3)


def test_the_readout_gives_the_same_answers_before_and_after():
    model = model_of(keras.layers.Dense(4, "tanh"), keras_stable.layers.FeatureNormalization(), keras.layers.Dense(2))
    before = model.predict(X, verbose=0)
    adapt(model, X)
    np.testing.assert_allclose(model.predict(X, verbose=0), before, rtol=1e-3, atol=1e-4)


def test_batches_together_are_the_whole():
    whole, batched = keras_stable.layers.FeatureNormalization(), keras_stable.layers.FeatureNormalization()
    adapt(model_of(whole), X)
    adapt(model_of(batched), tf.data.Dataset.from_tensor_slices(X).batch(32))
    for one, other in zip(moments(whole), moments(batched), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_a_model_without_one_is_refused():
    with pytest.raises(ValueError, match="FeatureNormalization"):
        adapt(model_of(keras.layers.Dense(2)), X)


@pytest.mark.parametrize("x", [X[:0], np.full((4, 3), np.nan, "float32")], ids=["empty", "NaN"])
def test_data_without_moments_are_refused(x):
    normalization = keras_stable.layers.FeatureNormalization()
    model = model_of(normalization)
    with pytest.raises(ValueError, match="`data` must be"):
        adapt(model, x)
    assert not bool(normalization.adapted)
