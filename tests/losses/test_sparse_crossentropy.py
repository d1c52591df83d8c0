import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.losses import SparseCrossentropy


def reference(y, logits, smoothing, gamma):
    logits = logits.astype("float64")
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    q = np.eye(logits.shape[1])[y] * (1 - smoothing) + smoothing / logits.shape[1]
    return -(q * (1 - p) ** gamma * np.log(p)).sum(axis=1)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("gamma", [0.0, 1.0, 2.5])
@pytest.mark.parametrize("labels", ["int64", "int32", "column", "uint8"])
def test_values_equal_the_definition(smoothing, gamma, labels):
    rng = np.random.default_rng(0)
    logits, y = rng.normal(0, 3, size=(40, 7)).astype("float32"), rng.integers(0, 7, 40)
    given = y[:, None] if labels == "column" else y.astype(labels)
    loss = SparseCrossentropy(smoothing, gamma, reduction="none")
    np.testing.assert_allclose(loss(given, logits), reference(y, logits, smoothing, gamma), rtol=2e-5, atol=1e-9)
    weights = rng.uniform(size=40)
    mean = SparseCrossentropy(smoothing, gamma)(given, logits, sample_weight=weights)
    assert float(mean) == pytest.approx((reference(y, logits, smoothing, gamma) * weights).mean(), rel=1e-5)


def test_without_options_it_is_the_loss_of_keras():
    rng = np.random.default_rng(0)
    logits, y = rng.normal(0, 3, size=(40, 7)), rng.integers(0, 7, 40)
    expected = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, logits)
    assert float(SparseCrossentropy()(y, logits)) == pytest.approx(float(expected), rel=1e-6)


@pytest.mark.parametrize("gamma", [0.0, 2.0])
def test_a_sample_that_is_badly_wrong_still_has_a_finite_gradient(gamma):
    logits = tf.constant([[200.0, -200.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = SparseCrossentropy(focal_gamma=gamma)([1], logits)
    np.testing.assert_allclose(tape.gradient(loss, logits), [[1.0, -1.0]], rtol=1e-5)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0])
def test_a_sample_that_is_surely_right_has_a_finite_gradient(gamma):
    logits = tf.constant([[200.0, -200.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = SparseCrossentropy(focal_gamma=gamma)([0], logits)
    assert np.isfinite(tape.gradient(loss, logits)).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"label_smoothing": 1.0}, r"`label_smoothing` must be a number in \[0, 1\)\. Received: label_smoothing=1.0"),
        ({"focal_gamma": -1.0}, "`focal_gamma` must be a finite number >= 0"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        SparseCrossentropy(**arguments)
