"""Recordings, and what enters the first learnt layer."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.tracing.layers import structure
from keras_stable.diagnosis.evidence.tracing.model_inputs import entering
from keras_stable.diagnosis.evidence.tracing.recording import record

X = np.random.default_rng(0).uniform(0, 255, (16, 4)).astype("float32")
Y = np.arange(16) % 3


def entered(model, x=X):
    recording = record(model, [Batch(x, Y), Batch(x, Y)])
    return entering(recording, structure(recording))


def adapted(values):
    layer = layers.Normalization(name="scale")
    layer.adapt(values)
    return layer


@pytest.mark.parametrize(
    ("first", "consumer", "normalized_by"),
    [
        ([layers.Dense(3)], "Dense", ""),
        ([adapted(X), layers.Dense(3)], "Dense", "scale"),
        ([layers.Normalization(), layers.Dense(3)], "Dense", ""),
        ([layers.BatchNormalization(name="bn"), layers.Dense(3)], "Dense", "bn"),
        ([layers.Dense(3), layers.BatchNormalization(name="bn")], "Dense", "bn"),
        ([layers.Dense(3, "relu"), layers.BatchNormalization(name="bn")], "Dense", ""),
        ([layers.Flatten()], "", ""),
    ],
)
def test_the_first_learnt_layer_and_the_normalization_on_the_way(first, consumer, normalized_by):
    found = entered(keras.Sequential(first))["input"]
    assert (found["consumer"], found["normalized_by"]) == (consumer, normalized_by)


def test_the_moments_are_those_after_a_rescaling():
    found = entered(keras.Sequential([layers.Rescaling(1 / 255), layers.Dense(3)]))["input"]
    scaled = X.astype("float64") / 255
    expected = [scaled.mean(), scaled.std(), scaled.max()]
    np.testing.assert_allclose([found[f"entering_{name}"] for name in ("mean", "std", "max")], expected, rtol=1e-6)


def test_each_of_two_joined_inputs_keeps_its_own_moments():
    large, small = keras.Input((4,), name="large"), keras.Input((4,), name="small")
    model = keras.Model([large, small], layers.Dense(1)(layers.Concatenate()([large, layers.Rescaling(0.01)(small)])))
    found = entered(model, [X, X])
    assert found["large"]["entering_max"] == pytest.approx(X.max())
    assert found["small"]["entering_max"] == pytest.approx(X.max() / 100)


def test_the_sample_fills_up_the_rows_for_the_features_and_weights_stay():
    model = keras.Sequential([layers.Dense(3, "relu"), layers.BatchNormalization(), layers.Dense(1)])
    model(X)
    before = model.get_weights()
    recording = record(model, [Batch(X, Y)], Batch(np.tile(X, (10, 1)), np.tile(Y, 10)))
    assert recording.feature_rows() == 16 + 160
    assert {moments.rows for moments in recording.given.values()} == {16}
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_there_must_be_a_batch():
    with pytest.raises(ValueError, match="at least one batch"):
        record(keras.Sequential([layers.Dense(1)]), [])
