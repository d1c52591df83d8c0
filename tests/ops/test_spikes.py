"""The limits of the spike guard, and what enters its windows, against NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from keras_stable.ops.spikes import FEWEST, WINDOW, spike_limits, updated_windows


@tf.function
def seen(windows, counts, values):
    limit = spike_limits(windows, counts, 6.0)
    return values > limit, limit, *updated_windows(windows, counts, values, limit)


def run(series, dtype="float64"):
    """Returns which values of one series are spikes, and the limits."""
    windows, counts = tf.zeros([1, WINDOW], dtype), tf.zeros([1], dtype)
    spikes, limits = [], []
    for value in series:
        spike, limit, windows, counts = seen(windows, counts, tf.constant([value], dtype))
        spikes.append(bool(spike[0]))
        limits.append(float(limit[0]))
    return np.array(spikes), np.array(limits)


def reference(series):
    seen, limits = [], []
    for value in series:
        last = seen[-WINDOW:]
        limit = np.mean(last) + 6.0 * np.std(last, ddof=1) if len(seen) >= FEWEST else np.inf
        limits.append(limit)
        if np.isfinite(value):
            seen.append(min(value, limit))
    return np.array(limits)


def test_limits_and_spikes_are_those_of_numpy():
    series = np.random.default_rng(0).uniform(0.5, 1.5, size=300)
    series[[10, 70, 150, 151, 152]] *= [1.0, 1e3, 50.0, 1e6, 1e6]
    series[[80, 90]] = np.nan, np.inf
    spikes, limits = run(series)
    expected = reference(series)
    np.testing.assert_allclose(limits, expected, rtol=1e-9)
    np.testing.assert_array_equal(spikes, series > expected)
    assert np.flatnonzero(spikes).tolist() == [70, 90, 150, 151, 152]


def test_a_spike_before_half_of_the_window_is_taken():
    series = np.append(np.random.default_rng(1).uniform(0.9, 1.1, size=FEWEST - 1), 100.0)
    assert not run(series)[0].any()
    assert run([*series[:-1], 1.0, 100.0])[0].tolist() == [False] * FEWEST + [True]


def test_ten_equal_spikes_in_a_row_are_all_left_out():
    rng = np.random.default_rng(2)
    series = np.concatenate([rng.uniform(0.9, 1.1, size=128), np.full(10, 1e6), rng.uniform(0.9, 1.1, size=20)])
    assert np.flatnonzero(run(series)[0]).tolist() == list(range(128, 138))


@pytest.mark.parametrize(("factor", "steps"), [(3.0, 14), (10.0, 27), (1000.0, 64)])
def test_a_level_that_has_changed_for_good_is_learned(factor, steps):
    rng = np.random.default_rng(3)
    series = np.concatenate([rng.uniform(0.9, 1.1, size=128), factor * rng.uniform(0.9, 1.1, size=164)])
    spikes = run(series)[0]
    assert spikes[128:].sum() in (steps, steps + 1)
    assert not spikes[-64:].any()


def test_values_that_hardly_vary_are_no_spikes_by_rounding():
    series = np.full(140, 1000.0)
    series[::7] += 6e-5
    series[-1] += 0.1
    spikes = run(series, dtype="float32")[0]
    assert np.flatnonzero(spikes).tolist() == [139]


def test_squares_stay_finite():
    spikes, limits = run([1e30, 3e38] * 40 + [1e30], dtype="float32")
    assert not spikes[:64].any()
    assert np.isfinite(limits[64:]).all()
