"""Whether a loss falls by more than its noise: how often the test is wrong, and how often it is right."""

import numpy as np
import pytest
from scipy.signal import lfilter

from keras_stable.diagnosis.judging.trend import FALSE_ALARMS, falls, line, second_half

REPEATS = 400
LENGTHS = (5, 6, 8, 12, 20, 50, 100, 300)


def correlated(rng, count, correlation):
    """Returns Gaussian noise of deviation 1 of which each value is partly the one before (AR(1)), settled."""
    steps = rng.normal(size=count + 200) * np.sqrt(1 - correlation**2)
    return lfilter([1.0], [1.0, -correlation], steps)[200:]


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.7, 0.9])
def test_false_alarms_are_as_rare_as_is_said(correlation):
    rng = np.random.default_rng(7)
    alarms = [falls(correlated(rng, count, correlation)) for count in LENGTHS for _ in range(REPEATS)]
    # Three standard errors of the simulation.
    error = np.sqrt(FALSE_ALARMS * (1 - FALSE_ALARMS) / len(alarms))
    assert np.mean(alarms) <= FALSE_ALARMS + 3 * error


@pytest.mark.parametrize("count", [5, 6])
def test_five_losses_of_white_noise_are_no_fall(count):
    """A limit of three standard errors called a tenth of them falling."""
    rng = np.random.default_rng(3)
    assert np.mean([falls(rng.normal(size=count)) for _ in range(2000)]) <= 2 * FALSE_ALARMS


@pytest.mark.parametrize(("count", "drop", "power"), [(300, 8, 0.9), (100, 10, 0.9), (50, 24, 0.8), (12, 20, 0.9)])
def test_real_falls_are_seen_through_noise(count, drop, power):
    rng = np.random.default_rng(5)
    seen = [falls(correlated(rng, count, 0.2) - drop * np.linspace(0, 1, count)) for _ in range(200)]
    assert np.mean(seen) >= power


@pytest.mark.parametrize("count", [8, 12, 30, 300])
def test_a_smooth_curve_falls_though_its_neighbours_agree(count):
    curve = 2.3 * np.exp(-np.linspace(0, 1.5, count))
    assert falls(curve)
    assert not falls(curve[::-1])


def test_equal_losses_and_few_do_not_fall():
    assert not falls(np.full(50, 2.31))
    assert not falls(np.array([3.0, 2.0, 1.0]))


def test_a_fall_that_is_over_is_none():
    rng = np.random.default_rng(0)
    over = np.concatenate([np.linspace(5, 1, 100), np.full(200, 1.0)]) + 0.05 * rng.normal(size=300)
    assert not falls(over)


def test_the_line_is_that_of_least_squares():
    values = np.random.default_rng(2).normal(size=17)
    slope, rest = line(values)
    wanted = np.polyfit(np.arange(17), values, 1)
    assert slope == pytest.approx(wanted[0])
    np.testing.assert_allclose(rest, values - np.polyval(wanted, np.arange(17)), atol=1e-12)


def test_single_spikes_do_not_move_the_medians():
    losses = np.linspace(2.0, 1.0, 300)
    losses[200] = 90.0
    medians, length = second_half(losses)
    assert medians.max() < 1.6
    assert length == 3
