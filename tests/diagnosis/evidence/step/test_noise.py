"""The gradient noise scale of problems whose covariance is known."""

import math

import keras
import numpy as np
import pytest
from keras import layers

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.noise import gradient_noise, noise_scale
from keras_stable.diagnosis.rule import Skip

RNG = np.random.default_rng(4)


def linear_model(features, **arguments):
    """Its loss is the mean of x @ w, so the gradient of a sample is its x."""
    model = keras.Sequential([keras.Input((features,)), layers.Dense(1, use_bias=False)])
    model.compile("sgd", loss=lambda y, p: keras.ops.mean(p), **arguments)
    return model


def batches_of(x, rows):
    return [Batch(x[start : start + rows], np.zeros(len(x[start : start + rows]))) for start in range(0, len(x), rows)]


def test_estimators_without_bias():
    # The variance of a mean of B samples is the variance over B, at every B.
    small, large = 9 + 40 / 4, 9 + 40 / 64
    assert noise_scale(small, 4, large, 64) == pytest.approx(40 / 9)
    draws = RNG.normal(1.0, 2.0, size=(20_000, 16, 3))
    smalls, larges = (draws[:, :4].mean(1) ** 2).sum(1), (draws.mean(1) ** 2).sum(1)
    # tr(S) = 12, |G|^2 = 3.
    assert noise_scale(smalls.mean(), 4, larges.mean(), 16) == pytest.approx(4.0, rel=0.05)


def test_a_linear_problem():
    deviations, mean = np.array([3.0, 1.0, 2.0, 0.5]), np.array([1.0, -0.4, 0.5, 0.3])
    x = (mean + deviations * RNG.normal(size=(4096, 4))).astype("float32")
    found = gradient_noise(linear_model(4), batches_of(x, 16))
    # tr(S) is the sum of the variances, G the mean.
    assert found.scale == pytest.approx((deviations**2).sum() / (mean**2).sum(), rel=0.2)
    assert (found.batch_size, found.batches) == (16, 256)


def test_samples_that_agree_have_no_noise():
    found = gradient_noise(linear_model(2, run_eagerly=True), batches_of(np.ones((32, 2), "float32"), 8))
    assert found.scale == pytest.approx(0, abs=1e-4)


def test_a_gradient_lost_in_noise():
    x = np.repeat([[1.0, 0.0], [-1.0, 0.0]], 16, axis=0).astype("float32")
    assert gradient_noise(linear_model(2, run_eagerly=True), batches_of(x, 8)).scale == math.inf


def test_few_batches_are_cut_and_an_incomplete_one_is_left_out():
    x = RNG.normal(1, 1, size=(40, 2)).astype("float32")
    model = linear_model(2, run_eagerly=True)
    found = gradient_noise(model, batches_of(x, 32))
    assert (found.batch_size, found.batches) == (32, 8)
    assert found == gradient_noise(model, batches_of(x[:32], 32))


def test_what_cannot_be_measured():
    model = linear_model(2, run_eagerly=True)
    with pytest.raises(Skip, match="^one sample has no gradient noise$"):
        gradient_noise(model, [Batch(np.ones((1, 2)), np.ones(1))])
    assert math.isnan(gradient_noise(model, [Batch(np.full((4, 2), np.nan), np.ones(4))]).scale)
    model.trainable = False
    with pytest.raises(Skip, match="^there are no trainable weights$"):
        gradient_noise(model, batches_of(np.ones((8, 2)), 4))
