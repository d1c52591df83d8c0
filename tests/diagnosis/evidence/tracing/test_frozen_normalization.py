"""Frozen batch normalizations and what arrives at them."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_stable.diagnosis.evidence.tracing.frozen_normalization import frozen_statistics, is_frozen

X = np.random.default_rng(0).uniform(size=(64, 8, 8, 3)).astype("float32")


@pytest.fixture(scope="module")
def backbone():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Conv2D(6, 3), layers.BatchNormalization(momentum=0.5), layers.ReLU()]
    )
    model.add(layers.Conv2D(6, 3))
    model.add(layers.BatchNormalization(momentum=0.5))
    for _ in range(20):
        model(X, training=True)
    model.trainable = False
    return model


def test_the_data_that_it_was_trained_on(backbone):
    first, second = frozen_statistics(backbone, X)
    assert first.shift == pytest.approx(0, abs=0.05)
    assert first.spread == pytest.approx(1, rel=0.05)
    assert (first.first, second.first, first.channels) == (True, False, 6)


@pytest.mark.parametrize("scale", [255.0, 1 / 255])
def test_other_data(backbone, scale):
    first = frozen_statistics(backbone, scale * X)[0]
    assert first.spread == pytest.approx(scale, rel=0.1)
    assert first.shift > 1


def test_what_is_frozen(backbone):
    assert is_frozen(backbone.layers[1])
    fresh = layers.BatchNormalization()
    fresh.build((None, 3))
    assert not is_frozen(fresh)
    fresh.trainable = False
    assert not is_frozen(fresh)  # never trained: it has no statistics of anything
    assert not is_frozen(layers.Dense(3))
