"""What enters the first layer that learns."""

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.tracing.layers import structure
from keras_stable.diagnosis.evidence.tracing.model_inputs import entering
from keras_stable.diagnosis.evidence.tracing.recording import record

X = np.random.default_rng(0).normal(3, 2, (32, 4)).astype("float32")


def entered(*layers):
    model = keras.Sequential([keras.Input((4,), name="table"), *layers])
    recording = record(model, [Batch(X, X[:, 0])])
    return entering(recording, structure(recording))["table"]


def test_after_a_rescaling():
    fields = entered(keras.layers.Rescaling(0.5), keras.layers.Dense(2, "relu"), keras.layers.Dense(1))
    assert (fields["consumer"], fields["normalized_by"]) == ("Dense", "")
    assert fields["entering_mean"] == pytest.approx(X.mean() / 2, rel=1e-5)
    assert fields["entering_std"] == pytest.approx(X.std() / 2, rel=1e-5)
    assert fields["entering_max"] == pytest.approx(np.abs(X).max() / 2)


@pytest.mark.parametrize(
    ("layers", "normalized"),
    [
        ((keras.layers.Dense(2), keras.layers.BatchNormalization(name="norm")), "norm"),
        ((keras.layers.LayerNormalization(name="norm"), keras.layers.Dense(2)), "norm"),
        ((keras.layers.Dense(2, "relu"), keras.layers.BatchNormalization(name="norm")), ""),
    ],
)
def test_a_normalization_beside_the_first_layer_that_learns(layers, normalized):
    assert entered(*layers, keras.layers.Dense(1))["normalized_by"] == normalized
