"""Features against NumPy."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.tracing.readout_input import distance, effective_rank, features
from keras_stable.diagnosis.evidence.tracing.recording import record
from keras_stable.diagnosis.rule import Skip

X = np.random.default_rng(0).normal(size=(24, 6, 5)).astype("float32")
IDS = np.arange(24) % 3


def features_of(model, loss="sparse_categorical_crossentropy", y=IDS, x=X):
    model.compile("sgd", loss)
    return features(record(model, [Batch(x[:12], y[:12]), Batch(x[12:], y[12:])]))


def test_figures_of_a_small_model():
    hidden = layers.Dense(7, "relu", name="hidden")
    model = keras.Sequential(
        [hidden, layers.Dropout(0.5), layers.GlobalMaxPooling1D(), layers.Dense(3, "softmax", name="out")]
    )
    found = features_of(model)
    values = np.asarray(hidden(X)).max(1).astype("float64")
    assert (found.layer, found.source, found.samples, found.width) == ("out", "global_max_pooling1d", 24, 7)
    std = values.std(0)
    np.testing.assert_allclose(found.std, [std.min(), np.median(std), std.max()], rtol=1e-5)
    np.testing.assert_allclose([found.maximum, found.mean], [values.max(), np.abs(values.mean(0)).max()], rtol=1e-6)
    pairs = [np.linalg.norm(values[i] - values[j]) for i in range(24) for j in range(i)]
    expected = np.median(pairs) / np.sqrt((values**2).sum(1).mean())
    np.testing.assert_allclose(found.distance, expected, rtol=1e-6)
    shares = np.sqrt(np.clip(np.linalg.eigvalsh(np.cov(values.T)), 0, None))
    shares = shares[shares > 1e-9] / shares.sum()
    np.testing.assert_allclose(found.effective_rank, np.exp(-(shares * np.log(shares)).sum()), rtol=1e-5)
    assert (found.normalized, found.classes, found.constant) == (False, 3, 0)


@pytest.mark.parametrize(("between", "normalized"), [([layers.Dropout(0.1)], True), ([layers.Dense(4, "relu")], False)])
def test_whether_they_come_from_a_normalization(between, normalized):
    model = keras.Sequential(
        [layers.Flatten(), layers.Dense(5), layers.LayerNormalization(), *between, layers.Dense(3)]
    )
    assert features_of(model).normalized is normalized


@pytest.mark.parametrize(
    ("loss", "y", "classes"),
    [("categorical_crossentropy", np.eye(3)[IDS], 3), ("mse", IDS * 1.0, 0), ("binary_crossentropy", IDS > 0, 2)],
)
def test_classes_of_the_labels(loss, y, classes):
    model = keras.Sequential([layers.Flatten(name="flatten"), layers.Dense(3 if classes == 3 else 1, "sigmoid")])
    found = features_of(model, loss, y)
    assert (found.classes, found.width, found.source) == (classes, 30, "flatten")
    np.testing.assert_allclose(found.distance, found.distance_to_input, rtol=1e-6)


def test_degenerate_features():
    assert effective_rank(np.ones((5, 3))) == 0.0
    assert effective_rank(np.outer(np.arange(5.0), [1.0, 2.0])) == pytest.approx(1.0)
    assert distance(1e20 + np.zeros((5, 3))) == 0.0
    assert np.isnan(distance(np.zeros((5, 3))))


def test_without_finite_numbers_there_are_none():
    model = keras.Sequential([layers.Flatten(), layers.Dense(1)])
    with pytest.raises(Skip, match="finite"):
        features_of(model, "mse", IDS, X * np.nan)
    with pytest.raises(Skip, match="no numbers"):
        features_of(keras.Sequential([layers.Embedding(5, 2), layers.Flatten()]), "mse", IDS, np.ones((24, 2), int))
