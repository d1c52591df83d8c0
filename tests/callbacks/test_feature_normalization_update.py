import itertools

import keras
import numpy as np
import pytest

from keras_stable.callbacks import FeatureNormalizationUpdate
from keras_stable.layers import FeatureNormalization
from keras_stable.models import (
    adapt,
    classifier,
)

X = np.random.default_rng(0).normal(5, 300, size=(96, 6)).astype("float32")
Y = np.arange(96) % 3


def compiled(model):
    model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


class Watch(keras.callbacks.Callback):
    """Stands on both sides of the update and sees what it changes in a running fit."""

    def __init__(self, update):
        super().__init__()
        self.update, self.changes, self.means = update, [], []

    def set_model(self, model):
        super().set_model(model)
        self.update.set_model(model)

    def on_train_begin(self, logs=None):
        adapt(self.model, X)
        self.update.on_train_begin()

    def on_epoch_end(self, epoch, logs=None):
        before = self.model.predict(X, verbose=0)
        self.update.on_epoch_end(epoch)
        self.changes.append(np.abs(self.model.predict(X, verbose=0) - before).max())
        self.means.append(np.array(self.model.get_layer("feature_normalization").adapt_mean))


def test_a_refresh_in_fit_keeps_the_logits_and_takes_effect():
    keras.utils.set_random_seed(0)
    model = compiled(classifier((6,), 3, hidden_units=(16,)))
    watch = Watch(FeatureNormalizationUpdate(X))
    model.fit(X, Y, epochs=4, verbose=0, callbacks=[watch])
    assert max(watch.changes) < 1e-4
    assert not np.allclose(watch.means[0], watch.means[-1])
    normalised = keras.Model(model.inputs, model.get_layer("feature_normalization").output).predict(X, verbose=0)
    np.testing.assert_allclose(normalised.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(normalised.std(axis=0), 1, atol=1e-2)


def test_the_running_train_function_uses_the_new_statistics():
    """The readout's gradient in the traced step is that of the features as they are normalised now."""
    model = classifier((6,), 3, hidden_units=(8,))
    model.compile(keras.optimizers.SGD(1.0), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    adapt(model, X)
    model.train_on_batch(X, Y)
    layer, readout = model.get_layer("feature_normalization"), model.get_layer("readout")
    layer.adapt_mean.assign(layer.adapt_mean + 3.0)
    kernel, factor = np.array(readout.kernel), model.get_layer("logit_scaling").scale
    features = keras.Model(model.inputs, layer.output).predict(X, verbose=0).astype("float64")
    logits = model.predict(X, verbose=0).astype("float64")
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = kernel - factor * features.T @ (p - np.eye(3)[Y]) / len(X)
    model.train_on_batch(X, Y)
    np.testing.assert_allclose(readout.kernel, expected, rtol=1e-4, atol=1e-5)


def test_it_adapts_what_was_never_adapted_when_training_begins():
    model = compiled(classifier((6,), 3, hidden_units=(8,)))
    model.fit(X, Y, verbose=0, callbacks=[FeatureNormalizationUpdate(X)])
    np.testing.assert_allclose(model.get_layer("input_normalization").adapt_mean, X.mean(axis=0), rtol=1e-4)


def test_a_sequential_model_that_is_not_built_yet_is_built():
    model = keras.Sequential([keras.layers.Dense(8), FeatureNormalization(), keras.layers.Dense(3)])
    compiled(model).fit(X, Y, verbose=0, callbacks=[FeatureNormalizationUpdate(X)])
    assert model.layers[1].adapted


def test_a_generator_is_refused():
    model = compiled(classifier((6,), 3, hidden_units=(8,)))
    with pytest.raises(ValueError, match="`data` must be at least one batch"):
        model.fit(X, Y, verbose=0, callbacks=[FeatureNormalizationUpdate(batch for batch in [X])])


def test_every_epochs_counts_epochs():
    means = []
    model = compiled(classifier((6,), 3, hidden_units=(8,)))
    layer = model.get_layer("feature_normalization")
    record = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: means.append(np.array(layer.adapt_mean)))
    model.fit(X, Y, epochs=4, verbose=0, callbacks=[FeatureNormalizationUpdate(X, every_epochs=2), record])
    changed = [not np.array_equal(a, b) for a, b in itertools.pairwise(means)]
    assert changed == [True, False, True]


@pytest.mark.parametrize("every_epochs", [0, -1, 1.5, True, "2"])
def test_a_bad_number_of_epochs_is_refused(every_epochs):
    with pytest.raises(ValueError, match=r"`every_epochs` must be an int >= 1\. Received: every_epochs="):
        FeatureNormalizationUpdate(X, every_epochs=every_epochs)
