"""The learning-rate range test where the limit is known."""

import math

import keras
import numpy as np
import pytest
from keras import layers

from keras_stable.diagnosis.evidence.copying.model_copy import copy_model
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.training.rate_sweep import landmarks, rate_range, running_mean
from keras_stable.diagnosis.rule import Skip

X = np.ones((8, 1), "float32")
FAR = np.full((8, 1), 10.0, "float32")


def quadratic(optimizer, curvature=20.0):
    """Its loss is curvature / 2 * (w - 10) ** 2: plain descent diverges from 2 / curvature on."""
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1, use_bias=False)])
    model.compile(optimizer, lambda y, p: curvature / 2 * keras.ops.mean((y - p) ** 2))
    return copy_model(model)


def test_plain_descent_on_a_quadratic():
    model = quadratic(keras.optimizers.SGD(0.03))
    before = [np.array(variable) for variable in [*model.variables, *model.optimizer.variables]]
    # Two batches that disagree: at a minimum without any noise, a divergence would stay invisible for long.
    found = rate_range(model, [Batch(X, FAR - 1), Batch(X, FAR + 1)])
    assert 1e-3 < found.best < 0.1
    # The running mean is late by some steps, each of them 1.4 times the rate.
    assert 0.03 < found.highest < 0.1 * 1.4**4
    assert found.own == pytest.approx(0.03)
    assert found.rates[0] == 1e-7
    assert found.rates[-1] < 1.0
    assert len(found.rates) == len(found.losses) < 60
    after = [np.array(variable) for variable in [*model.variables, *model.optimizer.variables]]
    assert all(map(np.array_equal, before[:2], after[:2]))
    assert float(model.optimizer.learning_rate) == pytest.approx(0.03)


def test_a_schedule_is_put_back():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.5)
    model = quadratic(keras.optimizers.Adam(schedule))
    found = rate_range(model, [Batch(X, FAR)] * 2, lowest=1e-4, highest=1.0, steps=5)
    assert found.rates == pytest.approx((1e-4, 1e-3, 1e-2, 1e-1, 1.0))
    assert found.own == pytest.approx(0.01)
    assert isinstance(model.optimizer._learning_rate, keras.optimizers.schedules.ExponentialDecay)
    model.fit(X, FAR, verbose=0)


def test_a_loss_is_that_of_its_rates_own_step():
    model = quadratic(keras.optimizers.SGD(1.0), curvature=1.0)
    model.layers[0].kernel.assign([[0.0]])
    found = rate_range(model, [Batch(X, FAR)], lowest=0.1, highest=0.2, steps=2)
    expected = [0.5 * (10 * 0.9) ** 2, 0.5 * (10 * 0.9 * 0.8) ** 2]
    assert found.losses == pytest.approx(expected)


def test_it_stops_where_the_loss_is_not_finite():
    model = quadratic(keras.optimizers.SGD(0.1))
    found = rate_range(model, [Batch(X, FAR), Batch(X, np.full_like(FAR, np.nan))])
    assert len(found.rates) == 1
    assert math.isnan(found.losses[0])
    assert math.isnan(found.best)


def test_no_batches():
    with pytest.raises(Skip, match="^there are no batches$"):
        rate_range(quadratic("sgd"), [])


def test_landmarks():
    rates = [1e-4, 1e-3, 1e-2, 1e-1, 1.0]
    assert landmarks(rates, [3.0, 2.9, 2.0, 1.5, 9.0]) == (1e-2, 1e-1)
    # Nothing falls, and the last rate tears it away.
    best, highest = landmarks(rates, [3.0, 3.01, 2.99, 3.0, 30.0])
    assert math.isnan(best)
    assert highest == 1e-1


def test_the_running_mean_has_no_bias_at_its_start():
    assert running_mean([4.0, 4.0, 8.0])[:2] == pytest.approx([4.0, 4.0])
    assert running_mean([0.0, 1.0])[1] == pytest.approx(1 / 1.7)
