"""How far a loss has come: by differences only."""

import math

import numpy as np
import pytest

from keras_stable.diagnosis.progress import NOISES, gained, noise_of, to_gain


@pytest.mark.parametrize(
    ("start", "loss", "floor", "share"),
    [
        (2.0, 1.8, 0.0, 0.1),
        (2.0, 2.5, 0.0, -0.25),
        (0.0, -0.5, -1.0, 0.5),
        (0.7, 0.6, 0.5, 0.5),
        (0.5, 0.5, 0.5, 0.0),
        (0.5, 0.6, 0.5, -math.inf),
        (2.0, math.inf, 0.0, -math.inf),
        (math.inf, 2.0, 0.0, math.inf),
    ],
)
def test_a_share_of_what_there_is_to_gain(start, loss, floor, share):
    assert gained(start, loss, floor) == pytest.approx(share)


def test_without_a_floor_noise_is_the_unit():
    assert gained(-3.0, -3.6, math.nan, 0.2) == pytest.approx(0.6 / (NOISES * 0.2))
    assert math.isnan(gained(1.0, 0.5, math.nan))
    assert math.isnan(gained(math.nan, 0.5, 0.0))


def test_a_floor_above_the_losses_is_not_believed():
    assert to_gain(-0.9, -0.95, 0.0, 0.01) == pytest.approx(NOISES * 0.01)
    assert to_gain(1.0, 0.0, 1e-7) == pytest.approx(1.0)


@pytest.mark.parametrize("shift", [-100.0, 0.0, 7.0])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
def test_neither_a_shift_nor_a_scale_counts(shift, scale):
    rng = np.random.default_rng(0)
    for _ in range(100):
        floor, start, loss = np.sort(rng.normal(size=3))[[0, 2, 1]]
        moved = [scale * value + shift for value in (start, loss, floor)]
        assert gained(*moved) == pytest.approx(gained(start, loss, floor), rel=1e-6)


def test_noise_leaves_the_trend_and_spikes_out():
    values = np.linspace(9.0, 1.0, 4000) + np.random.default_rng(1).normal(0, 0.3, 4000)
    values[::400] += 50
    assert noise_of(values) == pytest.approx(0.3, rel=0.1)
    assert math.isnan(noise_of([1.0, 0.5, 0.2]))
