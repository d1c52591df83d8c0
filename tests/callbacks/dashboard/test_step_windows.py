import numpy as np
import pytest

from keras_stable.callbacks.dashboard.step_windows import StepWindows


def feed(windows, values, piece):
    """Returns all rows of steps that are handed over piece by piece."""
    parts = [
        windows.add(np.arange(start, min(start + piece, len(values))), values[start : start + piece])
        for start in range(0, len(values), piece)
    ]
    parts.append(windows.rest())
    parts = [part for part in parts if len(part[0])]
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


@pytest.mark.parametrize("piece", [1, 7, 100, 1000])
def test_a_row_is_the_largest_of_its_window_however_steps_come(piece):
    values = np.random.default_rng(0).lognormal(size=(1000, 3))
    steps, rows = feed(StepWindows(1000, most_points=100), values, piece)
    np.testing.assert_array_equal(rows, values.reshape(100, 10, 3).max(axis=1))
    np.testing.assert_array_equal(steps, values[:, 0].reshape(100, 10).argmax(axis=1) + 10 * np.arange(100))


def test_a_short_training_keeps_every_step():
    values = np.random.default_rng(0).normal(size=(30, 2))
    steps, rows = feed(StepWindows(30, most_points=500), values, 8)
    np.testing.assert_array_equal(rows, values)
    assert steps.tolist() == list(range(30))


def test_without_a_known_length_windows_grow_and_no_peak_is_lost():
    values = np.ones((20_000, 1))
    values[[3, 7_777, 19_998]] = [[5.0], [6.0], [7.0]]
    steps, rows = feed(StepWindows(None, most_points=100), values, 64)
    assert len(rows) < 100 * 6
    assert [rows[steps == step].item() for step in (3, 7_777, 19_998)] == [5.0, 6.0, 7.0]
    assert (np.diff(steps) > 0).all()


def test_what_is_not_finite_is_left_out_and_alone_is_nan():
    values = np.array([[np.inf, 1.0], [2.0, np.nan], [np.nan, np.nan], [np.nan, 3.0]])
    steps, rows = feed(StepWindows(4, most_points=2), values, 4)
    np.testing.assert_array_equal(rows, [[2.0, 1.0], [np.nan, 3.0]])
    assert steps[0] == 1


def test_a_window_that_is_not_complete_waits_for_the_rest():
    windows = StepWindows(100, most_points=10)
    steps, rows = windows.add(np.arange(15), np.arange(15.0)[:, None])
    assert (steps.tolist(), rows.tolist()) == ([9], [[9.0]])
    steps, rows = windows.rest()
    assert (steps.tolist(), rows.tolist()) == ([14], [[14.0]])
    assert len(windows.rest()[0]) == 0
