"""Which axis time runs along."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.sequence_axes import axes

RNG = np.random.default_rng(0)
TIME = np.arange(200)
SENSORS = np.stack([np.sin(TIME / (4 + k)) * (k + 1) + 0.02 * RNG.normal(size=200) for k in range(3)], 1)
WINDOWS = np.stack([SENSORS[i : i + 30] for i in range(150)])
SHUFFLED = WINDOWS[RNG.permutation(150)]


@pytest.mark.parametrize("exchanged", [False, True])
def test_windows_that_slide(exchanged):
    values = WINDOWS.swapaxes(1, 2) if exchanged else WINDOWS
    assert axes("x", values, values[:20]).windows == ("features" if exchanged else "steps")


def test_neighbours_in_time_are_alike():
    seen = axes("x", SHUFFLED, SHUFFLED[:20])
    assert (seen.windows, seen.steps, seen.features) == ("", 30, 3)
    assert seen.along_steps > 0.8
    exchanged = SHUFFLED.swapaxes(1, 2)
    assert axes("x", exchanged, exchanged[:20]).along_features == pytest.approx(seen.along_steps)


def test_a_reshape_in_place_of_an_exchange():
    mixed = SHUFFLED.reshape(len(SHUFFLED), 3, 30)
    seen = axes("x", mixed, mixed[:20])
    assert seen.interleaved > 0.8
    assert seen.along_features < 0.3
    assert axes("x", SHUFFLED, SHUFFLED[:20]).interleaved != seen.interleaved


def test_noise_has_no_neighbours():
    noise = RNG.normal(size=(100, 20, 20))
    seen = axes("x", noise, noise[:20])
    assert abs(seen.along_steps) < 0.1
    assert abs(seen.along_features) < 0.1


def test_what_does_not_vary():
    seen = axes("x", np.zeros((9, 5, 4)), np.zeros((9, 5, 4)))
    assert np.isnan(seen.along_steps)
    assert seen.windows == ""
