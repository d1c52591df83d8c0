import math

import numpy as np
import pytest

from keras_stable.diagnosis.facts import History, Probe
from keras_stable.diagnosis.rules.trajectory.oscillating_loss import oscillating_loss

SWINGING = (2.0, 1.0, 2.1, 0.9, 2.2, 1.1, 2.0, 1.0, 2.0, 0.9)
FALLING = tuple(2.0 * 0.8**k for k in range(10))


@pytest.mark.parametrize(
    ("history", "state", "expected"),
    [
        (History(loss=SWINGING), "stuck", "warning"),
        (History(loss=SWINGING), "learning", "advice"),
        (History(loss=SWINGING[:6]), "stuck", None),
        (History(loss=FALLING), "stuck", None),
        (History(loss=FALLING, accuracy=(0.3, 0.6) * 5), "stuck", "warning"),
        (History(loss=FALLING, accuracy=(0.80, 0.82) * 5), "stuck", None),
        (History(loss=(*SWINGING[:3], math.nan)), "diverging", None),
    ],
)
def test_epochs(severity, learning, history, state, expected):
    assert severity(oscillating_loss, history=history, learning=learning(state)) == expected


def test_noise_of_small_batches_is_no_swing(severity, learning):
    noise = np.random.default_rng(0).exponential(1.0, 300)
    assert severity(oscillating_loss, probe=Probe(loss=tuple(noise)), learning=learning("stuck")) is None
    wave = 2 + np.sign(np.sin(np.arange(300) * math.pi / 10 + 0.01)) + 0.1 * noise
    assert severity(oscillating_loss, probe=Probe(loss=tuple(wave)), learning=learning("stuck")) == "warning"
    assert severity(oscillating_loss, probe=Probe(loss=(2.0, 1.0)), learning=learning("stuck")) is None
