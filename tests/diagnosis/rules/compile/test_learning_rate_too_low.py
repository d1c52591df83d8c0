import math

import pytest

from keras_stable.diagnosis.facts import Compiled, Probe, RateRange, Trial
from keras_stable.diagnosis.rules.compile.learning_rate_too_low import learning_rate_too_low

NAMES = {"higher": "learning_rate*10", "highest": "learning_rate*100", "lower": "learning_rate/10"}
NAMES["inputs"] = "standardized_inputs"


def probe(update=0.001, **trials):
    each = tuple(Trial(NAMES[key], loss=loss) for key, loss in trials.items())
    return Probe(trials=(Trial(loss=2.3), *each) if trials else (), update_ratio={"dense/kernel": update})


@pytest.mark.parametrize(
    ("rate", "trials", "state", "expected"),
    [
        (1e-5, {"highest": 0.4}, "slow", ("warning", 0.95)),
        (1e-5, {"highest": 0.4, "inputs": 0.4}, "stuck", ("warning", 0.6)),
        (5e-4, {"higher": 0.4}, "slow", ("warning", 0.75)),
        (1e-3, {"higher": 0.4}, "stuck", ("warning", 0.6)),
        (1e-3, {"higher": 0.4}, "slow", None),
        (1e-5, {"highest": 2.0}, "slow", None),
        (1e-5, {"highest": 0.4, "lower": 0.1}, "stuck", None),
        (1e-5, {"highest": 0.4}, "diverging", None),
        (1e-5, {"highest": 0.4}, "learning", None),
        (1e-8, {"highest": 2.3}, "slow", ("warning", 0.85)),
    ],
)
def test_a_trial_with_a_higher_rate_decides(found, learning, rate, trials, state, expected):
    evidence = {"compiled": Compiled(learning_rate=rate), "probe": probe(**trials), "learning": learning(state)}
    assert found(learning_rate_too_low, **evidence) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("compiled", "state", "expected"),
    [
        (Compiled(learning_rate=1e-7), "stuck", "warning"),
        (Compiled(learning_rate=1e-7), "learning", "advice"),
        (Compiled(learning_rate=1e-7), "diverging", None),
        (Compiled(learning_rate=1e-7), "unknown", "warning"),
        (Compiled(learning_rate=1e-6), "unknown", "advice"),
        (Compiled(learning_rate=1e-5), "stuck", None),
        (Compiled("adadelta", 1e-3), "slow", "warning"),
        (Compiled("sgd", 1e-5, momentum=0.9), "slow", None),
        (Compiled(learning_rate=1e-9, schedule="CosineDecay"), "stuck", None),
        (Compiled(learning_rate=0.0, schedule="CosineDecay"), "learning", None),
        (Compiled(learning_rate=0.0), "learning", "error"),
        (Compiled("unheard_of", 1e-12), "stuck", None),
    ],
)
def test_without_trials_the_rate_itself_counts(severity, learning, compiled, state, expected):
    assert severity(learning_rate_too_low, compiled=compiled, learning=learning(state)) == expected


@pytest.mark.parametrize(("update", "expected"), [(1e-6, "warning"), (1e-4, None), (math.nan, None)])
def test_steps_that_hardly_change_the_kernels(severity, learning, update, expected):
    evidence = {"compiled": Compiled(learning_rate=1e-5), "probe": probe(update), "learning": learning("slow")}
    assert severity(learning_rate_too_low, **evidence) == expected


@pytest.mark.parametrize(("best", "expected"), [(1e-2, "warning"), (5e-5, None)])
def test_a_range_test_that_falls_fastest_far_above(severity, learning, best, expected):
    evidence = {"rate_range": RateRange(best=best, own=1e-5), "learning": learning("slow")}
    assert severity(learning_rate_too_low, compiled=Compiled(learning_rate=1e-5), **evidence) == expected


@pytest.mark.parametrize(
    ("compiled", "update", "state", "expected"),
    [
        (Compiled("sgd", learning_rate=1e-5, momentum=0.9), 2e-5, "stuck", [("warning", 0.75)]),
        (Compiled("sgd", learning_rate=1e-5, momentum=0.9), 1e-3, "stuck", []),
        (Compiled("sgd", learning_rate=1e-3), 2e-5, "stuck", []),
        (Compiled("sgd", learning_rate=1e-5, momentum=0.9), 2e-5, "learning", []),
    ],
)
def test_a_rate_that_even_a_hundredfold_does_not_get_off_the_ground(found, learning, compiled, update, state, expected):
    evidence = {"compiled": compiled, "probe": probe(update, highest=2.29), "learning": learning(state)}
    assert found(learning_rate_too_low, **evidence) == expected
