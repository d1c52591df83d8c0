import math

import numpy as np
import pytest

from keras_stable.diagnosis.facts import History, Probe
from keras_stable.diagnosis.rules.trajectory.diverging_loss import diverging_loss


@pytest.mark.parametrize(
    ("loss", "state", "expected"),
    [
        ((2.0, 1.0, 5.0, 40.0), "diverging", "warning"),
        ((2.0, 1.0, 5.0, 40.0), "learning", "advice"),
        ((2.0, 1.0, 0.001, 0.004), "learning", None),
        ((2.0, 1.5, 1.2, 1.3), "learning", None),
        ((2.0, 2.1, 2.3, 2.6), "diverging", "warning"),
        ((2.0, 9.0, 80.0, math.inf), "diverging", "warning"),
        ((2.0, math.nan), "diverging", None),
        ((-1.0, -5.0, -9.0), "learning", None),
        ((-1.0, -5.0, 30.0), "diverging", "warning"),
    ],
)
def test_epochs(severity, learning, loss, state, expected):
    assert severity(diverging_loss, history=History(loss=loss), learning=learning(state)) == expected


def test_steps_are_smoothed(severity, learning):
    noise = np.random.default_rng(0).uniform(0.3, 3.0, 200)
    assert severity(diverging_loss, probe=Probe(loss=tuple(noise)), learning=learning("stuck")) is None
    rising = tuple(noise * np.exp(np.linspace(0, 6, 200)))
    assert severity(diverging_loss, probe=Probe(loss=rising), learning=learning("diverging")) == "warning"
