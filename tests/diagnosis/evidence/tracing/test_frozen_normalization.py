"""Frozen batch normalizations and what arrives at them."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_stable.diagnosis.evidence.tracing.frozen_normalization import frozen_statistics, has_statistics

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


def test_what_has_statistics(backbone):
    assert has_statistics(backbone.layers[1])
    fresh = layers.BatchNormalization()
    assert not has_statistics(fresh)
    fresh.build((None, 3))
    assert not has_statistics(fresh)  # never trained: it has no statistics of anything
    assert not has_statistics(layers.Dense(3))


@pytest.mark.parametrize(("asleep", "frozen"), [(True, 2), (False, 0)])
def test_a_network_that_is_called_as_in_inference(asleep, frozen):
    keras.utils.set_random_seed(0)
    network = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(6, 3), layers.BatchNormalization()])
    network.add(layers.BatchNormalization())
    network(X, training=True)

    class Around(keras.Model):
        def __init__(self):
            super().__init__()
            self.network = network

        def call(self, x, training=None):
            mode = False if asleep else training
            return keras.ops.mean(self.network(x, training=mode), axis=(1, 2))

    model = Around()
    model(X)
    before = [np.array(weight) for weight in model.get_weights()]
    assert len(frozen_statistics(model, X)) == frozen
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
