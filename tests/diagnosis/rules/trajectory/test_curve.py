import math

import numpy as np
import pytest

from keras_stable.diagnosis.facts import History, Probe
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.trajectory._curve import blocks, loss_curve, smoothed


def test_a_history_comes_before_a_probe():
    curve = loss_curve(History(loss=(2.0, 1.0)), Probe(loss=(5.0,) * 50))
    assert (curve.unit, curve.values.tolist()) == ("epoch", [2.0, 1.0])
    assert loss_curve(History(), Probe(loss=(5.0,) * 50)).unit == "step"
    with pytest.raises(Skip, match="neither"):
        loss_curve(None, None)


def test_it_ends_before_the_first_nan():
    curve = loss_curve(None, Probe(loss=(2.0, 3.0, math.nan, 1.0)))
    assert (curve.broken, curve.raw.tolist()) == (2, [2.0, 3.0])


def test_smoothing_ignores_single_batches():
    losses = np.linspace(2.0, 1.0, 80)
    spoilt = losses.copy()
    spoilt[40] = 50.0
    assert np.allclose(smoothed(spoilt), smoothed(losses), atol=0.05)
    assert smoothed(np.empty(0)).size == 0


def test_the_noise_of_a_block_leaves_its_trend_out():
    noise = np.random.default_rng(0).normal(0.0, 0.5, 4000)
    means, error = blocks(np.linspace(100.0, 0.0, 4000) + noise, 10)
    assert len(means) == 400
    assert error == pytest.approx(0.5 / math.sqrt(10), rel=0.1)
    assert blocks(np.ones(3), 10)[0].size == 0
