import math

import pytest

from keras_stable.diagnosis.facts import Compiled, Curvature, Probe, RateRange, Trial
from keras_stable.diagnosis.rules.compile.learning_rate_too_high import learning_rate_too_high


def probe(unchanged=2.0, update=0.001, **trials):
    names = {"lower": "learning_rate/10", "lowest": "learning_rate/100", "higher": "learning_rate*10"}
    names |= {"inputs": "standardized_inputs", "targets": "standardized_targets"}
    each = tuple(Trial(names[key], loss=loss) for key, loss in trials.items())
    ratios = {"dense/kernel": update, "dense/bias": 40.0}
    return Probe(trials=(Trial(loss=unchanged), *each) if trials else (), update_ratio=ratios)


@pytest.mark.parametrize(
    ("trials", "state", "expected"),
    [
        ({"lower": 0.2}, "diverging", ("warning", 0.95)),
        ({"unchanged": math.inf, "lowest": 0.2, "lower": math.inf}, "diverging", ("warning", 0.95)),
        ({"lower": 0.2, "inputs": 0.2}, "stuck", ("warning", 0.6)),
        ({"lower": 0.2, "targets": 1.9}, "stuck", ("warning", 0.95)),
        ({"unchanged": 1e6, "lower": 50.0}, "diverging", ("warning", 0.7)),
        ({"lower": 1.9}, "stuck", None),
        ({"lower": 1.0, "higher": 0.1}, "stuck", None),
        ({"lower": 0.2}, "learning", None),
    ],
)
def test_a_trial_with_a_lower_rate_decides(found, learning, trials, state, expected):
    evidence = {"compiled": Compiled(learning_rate=0.01), "probe": probe(**trials), "learning": learning(state)}
    assert found(learning_rate_too_high, **evidence) == ([expected] if expected else [])


def test_the_remedy_names_the_rate_that_won(learning):
    evidence = {"compiled": Compiled("sgd", 3.0), "probe": probe(lowest=0.1), "learning": learning("diverging")}
    [finding] = learning_rate_too_high.run(evidence)
    assert "sgd(learning_rate=0.03)" in finding.remedy
    assert "95%" in finding.message


@pytest.mark.parametrize(
    ("compiled", "state", "expected"),
    [
        (Compiled(learning_rate=0.5), "stuck", "warning"),
        (Compiled("sgd", 1.0, momentum=0.9), "stuck", "warning"),
        (Compiled("sgd", 1.0), "stuck", None),
        (Compiled(learning_rate=0.001), "diverging", None),
        (Compiled(learning_rate=0.5), "learning", "advice"),
        (Compiled(learning_rate=0.05), "learning", None),
        (Compiled(learning_rate=0.5), "unknown", "advice"),
        (Compiled(learning_rate=2.0), "unknown", "warning"),
        (Compiled("unheard_of", 100.0), "stuck", None),
    ],
)
def test_without_trials_the_rate_itself_counts(severity, learning, compiled, state, expected):
    assert severity(learning_rate_too_high, compiled=compiled, learning=learning(state)) == expected


def test_a_trial_that_changes_nothing_speaks_against_the_rate(severity, learning):
    evidence = {"compiled": Compiled(learning_rate=0.5), "learning": learning("stuck")}
    assert severity(learning_rate_too_high, probe=probe(lower=2.0), **evidence) is None
    assert severity(learning_rate_too_high, probe=probe(lower=2.0, update=0.4), **evidence) == "warning"
    hopeless = {"compiled": Compiled(learning_rate=50.0), "learning": learning("stuck")}
    assert severity(learning_rate_too_high, probe=probe(lower=2.0), **hopeless) == "warning"


def test_measured_signs(severity, learning):
    sharp, flat = Curvature(sharpness=900.0), Curvature(sharpness=100.0)
    evidence = {"compiled": Compiled("sgd", 0.01), "learning": learning("diverging")}
    assert severity(learning_rate_too_high, curvature=sharp, **evidence) == "warning"
    assert severity(learning_rate_too_high, curvature=flat, **evidence) is None
    assert severity(learning_rate_too_high, rate_range=RateRange(highest=1e-3, own=1e-2), **evidence) == "warning"
    assert severity(learning_rate_too_high, rate_range=RateRange(highest=1e-1, own=1e-2), **evidence) is None
    steady = {"compiled": Compiled("sgd", 0.01), "learning": learning()}
    assert severity(learning_rate_too_high, curvature=sharp, **steady) is None


@pytest.mark.parametrize(("momentum", "stable"), [(0.0, 200.0), (0.5, 300.0), (0.9, 380.0)])
def test_momentum_survives_more_sharpness(found, learning, momentum, stable):
    """Heavy-ball descent on a quadratic diverges from a sharpness of 2 (1 + momentum) / rate on: see it diverge."""

    def distance(sharpness, steps=4000, rate=0.01):
        position, velocity = 1.0, 0.0
        for _ in range(steps):
            velocity = momentum * velocity - rate * sharpness * position
            position += velocity
        return abs(position)

    compiled = Compiled("sgd", 0.01, momentum=momentum)
    for sharpness, diverges in ((0.99 * stable, False), (1.01 * stable, True)):
        assert (distance(sharpness) > 1) is diverges
        evidence = {
            "compiled": compiled,
            "curvature": Curvature(sharpness=sharpness),
            "learning": learning("diverging"),
        }
        assert bool(found(learning_rate_too_high, **evidence)) is diverges


def test_unknown_figures_raise_nothing(severity, learning):
    evidence = {"compiled": Compiled("sgd", 0.01), "learning": learning("diverging")}
    unknown = {"probe": probe(update=math.nan), "curvature": Curvature(sharpness=math.nan)}
    assert severity(learning_rate_too_high, **unknown, **evidence) is None
