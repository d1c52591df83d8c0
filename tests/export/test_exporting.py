import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.errors import ExportError
from keras_stable.export import export_saved_model, proof
from keras_stable.models import (
    adapt,
    classifier,
)

X = np.random.default_rng(0).normal(5, 1e4, size=(70, 6, 6)).astype("float32")


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    made = classifier((6, 6), 4, "conv", filters=(4,), feature_dim=8, augmentation=[keras.layers.GaussianNoise(0.5)])
    adapt(made, X)
    made.get_layer("readout").kernel.assign(np.random.default_rng(1).normal(0, 5, (8, 4)))
    return made


def softmax(logits):
    logits = logits.astype("float64")
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def test_the_export_serves_raw_inputs_for_any_batch_size(model, tmp_path):
    assert export_saved_model(model, tmp_path / "export" / "1", X) <= 1e-5
    loaded = tf.saved_model.load(tmp_path / "export" / "1")
    serve = loaded.signatures["serving_default"]
    expected = softmax(model.predict(X, verbose=0))
    for count in (1, 3, 70):
        served = serve(inputs=tf.constant(X[:count]))
        assert set(served) == {"probabilities", "class_ids"}
        assert served["class_ids"].dtype == tf.int64
        np.testing.assert_allclose(served["probabilities"], expected[:count], atol=1e-5)
        np.testing.assert_array_equal(served["class_ids"], expected[:count].argmax(axis=1))


def test_an_export_that_does_not_agree_is_an_error_and_leaves_nothing(model, tmp_path, monkeypatch):
    wrong = proof.prove
    monkeypatch.setattr(
        "keras_stable.export.saved_model.prove", lambda path, x, expected: wrong(path, x, expected + np.float32(1e-4))
    )
    with pytest.raises(ExportError, match="must agree with the model in memory to 1e-05. Received: a difference of"):
        export_saved_model(model, tmp_path / "1", X[:5])
    assert not (tmp_path / "1").exists()


def test_an_export_that_needs_keras_is_an_error(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ExportError, match="must load in a fresh process without Keras. Received: OSError"):
        proof.prove(tmp_path / "empty", X, np.zeros((70, 4)))
