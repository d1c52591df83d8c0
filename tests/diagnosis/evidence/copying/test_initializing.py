import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.copying.initializing import began_elsewhere, initialize

X = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")


def trained(rate=1e-3, epochs=3, frozen=False):
    """A model on a base that was trained before, for longer and at a larger rate."""
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(8, "relu"), keras.layers.BatchNormalization()]
    base = keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(4)])
    base.compile(keras.optimizers.Adam(0.05), "mse")
    base.fit(X, 3 + X, epochs=20, verbose=0)
    base.trainable = not frozen
    model = keras.Sequential([keras.Input((4,)), base, keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(rate), "mse")
    model.fit(X, X[:, :1], epochs=epochs, verbose=0)
    return model, base


def test_what_is_frozen_stays():
    model, base = trained(frozen=True)
    before = [variable.numpy() for variable in base.variables]
    head = model.layers[-1].kernel.numpy()
    initialize(model)
    for value, variable in zip(before, base.variables, strict=True):
        np.testing.assert_array_equal(value, variable.numpy())
    assert (head != model.layers[-1].kernel.numpy()).any()


def test_what_was_trained_is_drawn_anew():
    model, base = trained()
    initialize(model)
    assert (base.layers[0].bias.numpy() == 0).all()
    assert (base.layers[1].moving_mean.numpy() == 0).all()
    assert (base.layers[1].moving_variance.numpy() == 1).all()


@pytest.mark.parametrize(("frozen", "expected"), [(False, True), (True, False)])
def test_a_base_that_was_trained_before_is_too_far_away(frozen, expected):
    model, _ = trained(frozen=frozen)
    assert began_elsewhere(model, int(model.optimizer.iterations), 1e-3) is expected
    assert not began_elsewhere(model, None, 1e-3)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "lion", "nadam"])
def test_no_training_gets_so_far_by_itself(optimizer):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])
    optimizer = keras.optimizers.get({"class_name": optimizer, "config": {"learning_rate": 0.01}})
    model.compile(optimizer, "mse")
    for epochs in (1, 20):
        model.fit(X, 1e3 * (3 + X[:, :1]), epochs=epochs, verbose=0)
        assert not began_elsewhere(model, int(optimizer.iterations), 0.01)
