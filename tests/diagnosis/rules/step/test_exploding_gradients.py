import math

import pytest

from keras_stable.diagnosis.facts import Evaluation, OutputEvaluation, Probe
from keras_stable.diagnosis.rules.step.exploding_gradients import exploding_gradients

REGRESSION = Evaluation(outputs=(OutputEvaluation(task="regression", label_minimum=0.0, label_maximum=500.0),))


@pytest.mark.parametrize(
    ("norm", "state", "severity"),
    [
        (1.0, "stuck", None),
        (9.0, "diverging", None),
        (50.0, "learning", "advice"),
        (50.0, "unknown", "advice"),
        (50.0, "slow", "advice"),
        (50.0, "stuck", "warning"),
        (5e3, "learning", "advice"),
        (5e3, "unknown", "warning"),
        (5e3, "slow", "error"),
        (1e5, "diverging", "error"),
        (math.nan, "diverging", None),
    ],
)
def test_the_norm_counts_by_what_training_made_of_it(found, gradients, learning, norm, state, severity):
    evidence = {"gradients": gradients(norm / 2, norm, global_norms=(norm,) * 3), "learning": learning(state)}
    assert found(exploding_gradients, **evidence) == ([(severity, "dense_1")] if severity else [])


def test_norms_that_rise_while_it_learns_are_no_mere_advice(found, gradients, learning):
    rising = Probe(grad_norm=tuple(10.0 * 1.05**step for step in range(120)))
    assert found(exploding_gradients, gradients=gradients(8.0, 5.0), learning=learning(), probe=rising) == [
        ("warning", "dense_0")
    ]
    even = Probe(grad_norm=(2e3,) * 120)
    large = gradients(1e3, 2e3)
    assert found(exploding_gradients, gradients=large, learning=learning(), probe=even) == [("advice", "dense_1")]
    assert found(exploding_gradients, gradients=large, learning=learning("stuck"), probe=even) == [("error", "dense_1")]


def test_small_norms_may_rise(found, gradients, learning):
    waking = Probe(grad_norm=tuple(0.001 * 1.08**step for step in range(120)))
    evidence = {"gradients": gradients(1e-3, 1e-3), "learning": learning(), "probe": waking}
    assert not found(exploding_gradients, **evidence)


def test_a_regression_has_gradients_of_the_size_of_its_targets(found, gradients, learning):
    large = gradients(1e3, 2e3)
    for state in ("learning", "slow", "unknown"):
        assert not found(exploding_gradients, gradients=large, learning=learning(state), evaluation=REGRESSION)
    diverging = {"gradients": large, "learning": learning("diverging"), "evaluation": REGRESSION}
    assert found(exploding_gradients, **diverging) == [("error", "dense_1")]


def test_growth_on_the_way_back(found, gradients, learning):
    growing = gradients(5.0, 1.0, 0.05)
    assert found(exploding_gradients, gradients=growing, learning=learning("stuck")) == [("warning", "dense_0")]
    assert found(exploding_gradients, gradients=growing, learning=learning()) == [("advice", "dense_0")]
    assert not found(exploding_gradients, gradients=gradients(5.0, 1.0, 0.5), learning=learning("stuck"))
    assert not found(exploding_gradients, gradients=gradients(0.5, 0.1, 1e-4), learning=learning("stuck"))


def test_it_says_the_figures(gradients, learning):
    evidence = {"gradients": gradients(3e4, 4e4), "learning": learning("diverging"), "probe": Probe(grad_norm=(6e4,))}
    (only,) = exploding_gradients.run(evidence)
    assert only.message == "The gradient norm is 5e+04 at these weights and 6e+04 at most; sound is about 1."
    assert only.threshold == 1e3
