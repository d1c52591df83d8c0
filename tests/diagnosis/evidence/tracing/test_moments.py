"""Streamed statistics against NumPy on all values at once. Imports no TensorFlow."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.tracing.moments import Moments


def streamed(values, activation="", batches=3):
    moments = Moments(activation)
    for part in np.array_split(values, batches):
        moments.add(part)
    return moments


@pytest.mark.parametrize("shape", [(17, 5), (17, 4, 3, 5), (17,)])
def test_moments_are_those_of_all_values(shape):
    values = (1e6 + np.random.default_rng(0).normal(size=shape)).astype("float32")
    found, exact = streamed(values), values.astype("float64")
    np.testing.assert_allclose([found.mean, found.maximum], [exact.mean(), np.abs(exact).max()], rtol=1e-12)
    np.testing.assert_allclose(found.std, exact.std(), rtol=1e-9)
    by_sample = exact.reshape(17, -1, shape[-1] if len(shape) > 1 else 1).mean(1)
    np.testing.assert_allclose(found.spread, np.median(by_sample.std(0)), rtol=1e-6)
    assert (found.units, found.rows) == (by_sample.shape[1], 17)


def test_values_that_are_not_finite_are_counted_and_left_out():
    values = np.ones((6, 2))
    values[1, 0], values[4] = np.nan, np.inf
    found = streamed(values)
    assert (found.nonfinite, found.nonfinite_rows, found.mean, found.std) == (3, [1, 4], 1.0, 0.0)


def test_dead_and_saturated_units():
    values = np.full((40, 4), 0.5)
    values[:, 0], values[:, 1], values[3:, 2] = 0.0, 0.999, 0.001
    found = streamed(values, "sigmoid")
    assert np.isnan(found.dead)
    assert streamed(values, "relu").dead == 0.25
    assert found.saturated(0.95) == 0.5
    assert found.saturated(0.9) == 0.75


def test_a_softmax_is_saturated_when_one_unit_has_everything():
    sure = np.eye(50)[np.arange(40)]
    assert streamed(sure, "softmax").saturated(0.95) == 1.0
    assert streamed(np.full((40, 50), 0.02), "softmax").saturated(0.95) == 0.0


def test_nothing_is_nan():
    found = Moments("tanh")
    assert all(np.isnan([found.mean, found.std, found.spread, found.dead, found.saturated(0.95)]))
