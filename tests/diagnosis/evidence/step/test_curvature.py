"""The sharpness against the whole Hessian."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.curvature import largest_eigenvalue, sharpness
from keras_stable.diagnosis.rule import Skip

RNG = np.random.default_rng(3)
X = RNG.normal(size=(12, 3)).astype("float32")
Y = np.arange(12) % 2


def matrix_with(spectrum):
    basis, _ = np.linalg.qr(RNG.normal(size=(len(spectrum), len(spectrum))))
    return tf.constant(basis @ np.diag(spectrum) @ basis.T, tf.float32)


@pytest.mark.parametrize(
    ("spectrum", "expected"),
    [
        ([*np.linspace(0.1, 1, 30).tolist(), 7.0, 50.0], 50.0),
        # The largest by absolute value is another one.
        ([-80.0, *np.linspace(-1, 1, 20), 3.0], 3.0),
        ([-3.0, -2.0, -1.0], -1.0),
        ([4.0, 4.0, 4.0, 4.0], 4.0),
        ([0.0, 0.0], 0.0),
    ],
)
def test_a_known_spectrum(spectrum, expected):
    matrix, n = matrix_with(spectrum), len(spectrum)
    half = n // 2

    def product(one, other):
        whole = tf.linalg.matvec(matrix, tf.concat([one, other], 0))
        return [whole[:half], whole[half:]]

    assert largest_eigenvalue(product, [(half,), (n - half,)]) == pytest.approx(expected, rel=1e-3, abs=1e-6)


def whole_hessian(model, loss):
    variables = [variable.value for variable in model.trainable_variables]
    with tf.GradientTape(persistent=True) as outer:
        with tf.GradientTape() as inner:
            value = loss()
        slopes = [tf.reshape(each, [-1]) for each in inner.gradient(value, variables)]
    rows = []
    for slope in slopes:
        parts = outer.jacobian(slope, variables, experimental_use_pfor=False, unconnected_gradients="zero")
        rows.append(np.concatenate([np.reshape(part, (len(slope), -1)) for part in parts], 1))
    return np.concatenate(rows).astype("float64")


def make_model(*parts):
    regularizer = keras.regularizers.L2(0.01)
    readout = layers.Dense(1, kernel_regularizer=regularizer, activation="sigmoid")
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="tanh"), *parts, readout])
    model.compile("sgd", "binary_crossentropy")
    return model


@pytest.mark.parametrize("weight", [None, np.linspace(0.1, 2, 12).astype("float32")])
def test_the_largest_eigenvalue_of_a_network(weight):
    model = make_model()
    kernel = model.layers[-1].kernel

    def loss():
        each = keras.losses.binary_crossentropy(Y[:, None].astype("float32"), model(X))
        return tf.reduce_mean(each * (1.0 if weight is None else weight)) + 0.01 * tf.reduce_sum(kernel.value**2)

    expected = np.linalg.eigvalsh(whole_hessian(model, loss))[-1]
    assert sharpness(model, Batch(X, Y, weight)) == pytest.approx(expected, rel=1e-3)


def test_randomness_is_off_and_nothing_changes():
    noisy = make_model(layers.BatchNormalization(), layers.Dropout(0.5), layers.GaussianNoise(1.0))
    plain = make_model(layers.BatchNormalization())
    for mine, theirs in zip(plain.trainable_variables, noisy.trainable_variables, strict=True):
        mine.assign(theirs)
    before = [np.array(variable) for variable in noisy.variables]
    found = sharpness(noisy, Batch(X, Y))
    assert found == pytest.approx(sharpness(plain, Batch(X, Y)), rel=1e-4)
    assert all(map(np.array_equal, before, map(np.array, noisy.variables)))
    assert [layer.rate for layer in noisy.layers if isinstance(layer, layers.Dropout)] == [0.5]


def test_augmentation_draws_the_same_in_every_product():
    shifts = layers.RandomTranslation(0.5, 0.5)
    model = keras.Sequential([keras.Input((4, 4, 1)), shifts, layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    images = RNG.normal(size=(6, 4, 4, 1)).astype("float32")
    found = [sharpness(model, Batch(images, np.ones(6)), iterations=30, seed=seed) for seed in (0, 1)]
    assert found[0] == pytest.approx(found[1], rel=1e-4)


def test_a_loss_that_is_not_finite_is_not_measured():
    model = make_model()
    model.layers[0].kernel.assign(np.full((3, 4), np.nan))
    assert math.isnan(sharpness(model, Batch(X, Y)))


def test_no_trainable_weights():
    model = make_model()
    model.trainable = False
    with pytest.raises(Skip, match="^there are no trainable weights$"):
        sharpness(model, Batch(X, Y))


def test_an_operation_without_a_second_derivative():
    normalization = layers.Lambda(lambda x: tf.nn.local_response_normalization(x))
    model = make_model(layers.Reshape((1, 1, 4)), normalization, layers.Flatten())
    with pytest.raises(Skip, match="^an operation of this model has no second derivative$"):
        sharpness(model, Batch(X, Y))
