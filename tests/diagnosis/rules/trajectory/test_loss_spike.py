import numpy as np
import pytest

from keras_stable.diagnosis.facts import History, Probe
from keras_stable.diagnosis.rules.trajectory.loss_spike import loss_spike


@pytest.mark.parametrize(
    ("loss", "state", "expected"),
    [
        ((2.0, 1.5, 1.2, 6.0, 1.2, 1.0), "learning", "advice"),
        ((2.0, 1.5, 1.2, 6.0, 5.0, 4.0), "stuck", "warning"),
        ((2.0, 1.5, 1.2, 6.0, 5.0, 4.0), "learning", "advice"),
        ((2.0, 1.5, 1.2, 1.3, 1.1, 1.0), "stuck", None),
        ((2.0, 0.5, 0.002, 0.006, 0.001), "stuck", None),
        ((2.0,), "stuck", None),
    ],
)
def test_epochs(severity, learning, loss, state, expected):
    assert severity(loss_spike, history=History(loss=loss), learning=learning(state)) == expected


def test_steps(severity, learning):
    noise = np.random.default_rng(0).exponential(0.3, 200)
    even = 1.0 + noise
    assert severity(loss_spike, probe=Probe(loss=tuple(even)), learning=learning("stuck")) is None
    jumping = even + np.where(np.arange(200) < 120, 0.0, 40.0)
    assert severity(loss_spike, probe=Probe(loss=tuple(jumping)), learning=learning("stuck")) == "warning"
    single = even.copy()
    single[120] = 40.0
    assert severity(loss_spike, probe=Probe(loss=tuple(single)), learning=learning("stuck")) is None
