import math

import pytest

from keras_stable.diagnosis.facts import Compiled, Evaluation, Gradients, Probe
from keras_stable.diagnosis.rules.compile.excess_regularization import excess_regularization


@pytest.mark.parametrize(
    ("gradient", "penalty", "state", "expected"),
    [
        (20.0, 90.0, "stuck", ("warning", 0.9)),
        (20.0, 1.0, "stuck", ("warning", 0.8)),
        (0.1, 90.0, "stuck", ("warning", 0.9)),
        (0.1, 20.0, "stuck", ("warning", 0.6)),
        (0.1, 1.0, "stuck", None),
        (0.0, 0.0, "stuck", None),
        (20.0, 90.0, "learning", ("warning", 0.9)),
        (5.0, 90.0, "learning", ("advice", 0.9)),
        (math.nan, math.nan, "stuck", None),
    ],
)
def test_penalties_beside_the_loss(found, learning, gradient, penalty, state, expected):
    evidence = {
        "gradients": Gradients(penalty_norm=gradient, data_norm=1.0),
        "evaluation": Evaluation(loss=2.3, penalty=penalty),
        "learning": learning(state),
        "compiled": Compiled(),
    }
    assert found(excess_regularization, **evidence) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("rate", "decay", "state", "expected"),
    [
        (0.1, 0.5, "stuck", "warning"),
        (0.1, 0.5, "learning", "advice"),
        (1e-3, 0.01, "stuck", None),
        (1e-3, None, "stuck", None),
    ],
)
def test_decay_in_a_short_training(severity, learning, rate, decay, state, expected):
    compiled = Compiled("adamw", rate, weight_decay=decay)
    evidence = {"compiled": compiled, "learning": learning(state), "probe": Probe(steps=100)}
    assert severity(excess_regularization, **evidence) == expected


@pytest.mark.parametrize(("decay", "expected"), [(2.0, "warning"), (0.1, None)])
def test_decay_without_a_short_training(severity, learning, decay, expected):
    compiled = Compiled("adamw", weight_decay=decay)
    assert severity(excess_regularization, compiled=compiled, learning=learning("stuck")) == expected
