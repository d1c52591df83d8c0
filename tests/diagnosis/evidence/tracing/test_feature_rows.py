"""The rows of features that are kept, and the inputs beside them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.tracing import feature_rows
from keras_stable.diagnosis.evidence.tracing.feature_rows import add_rows, takes_features
from keras_stable.diagnosis.evidence.tracing.passes import Call

RNG = np.random.default_rng(0)


def call(values, layer=None):
    return Call("readout", "Dense", "learnt", "", (), (tf.constant(values),), (), layer)


def test_features_are_means_over_positions_and_large_inputs_are_kept_for_some_rows(monkeypatch):
    monkeypatch.setattr(feature_rows, "_INPUT_VALUES", 10)
    monkeypatch.setattr(feature_rows, "_LEAST_INPUT_ROWS", 6)
    parts = []
    values = RNG.normal(size=(12, 5, 3)).astype("float32")
    x = RNG.normal(size=(12, 2, 4))
    for start in range(0, 12, 4):
        rows = slice(start, start + 4)
        add_rows(parts, call(values[rows]), Batch(x[rows], np.arange(12)[rows]))
    np.testing.assert_allclose(np.concatenate([part[0] for part in parts]), values.astype("float64").mean(1), rtol=1e-6)
    assert [len(part[1]) for part in parts] == [4, 2, 0]
    np.testing.assert_array_equal(np.concatenate([part[1] for part in parts]), x[:6].reshape(6, 8).astype("float32"))
    assert np.concatenate([part[2][0] for part in parts]).tolist() == list(range(12))


@pytest.mark.parametrize(
    ("values", "layer", "expected"),
    [
        (np.ones((2, 3), "float32"), None, True),
        (np.ones((2, 3), "int32"), None, False),
        (np.ones((2, 3), "float32"), keras.layers.Embedding(4, 2), False),
    ],
)
def test_token_ids_are_no_features(values, layer, expected):
    assert takes_features(call(values, layer)) is expected
