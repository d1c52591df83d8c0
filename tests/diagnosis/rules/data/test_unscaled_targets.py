import math

import pytest

from keras_stable.diagnosis.facts import Labels, Learning, Output, Probe, Trial
from keras_stable.diagnosis.rules.data.unscaled_targets import unscaled_targets


def output(activation="linear", loss="mean_squared_error"):
    return Output(loss=loss, activation=activation, shape=(1,), width=1)


def targets(minimum, maximum, mean, std, **more):
    return Labels(kind="real", class_counts=(), minimum=minimum, maximum=maximum, mean=mean, std=std, **more)


UNIT = targets(-3.0, 3.0, 0.0, 1.0)
PRICES = targets(5.0, 50.0, 22.5, 9.2)
HOUSES = targets(4e4, 9e5, 3e5, 1e5)


@pytest.mark.parametrize(
    ("given", "labels", "state", "expected"),
    [
        (output(), UNIT, "stuck", []),
        (output(), PRICES, "slow", ["warning"]),
        (output(), PRICES, "learning", ["advice"]),
        (output(), PRICES, "unknown", ["advice"]),
        (output(), HOUSES, "unknown", ["warning"]),
        (output(), HOUSES, "learning", ["advice"]),
        (output(loss="mean_absolute_percentage_error"), HOUSES, "stuck", []),
        (output(loss="custom"), HOUSES, "stuck", []),
        (output("sigmoid"), PRICES, "learning", ["error"]),
        (output("sigmoid", "custom"), PRICES, "unknown", ["warning"]),
        (output("tanh", "custom"), UNIT, "unknown", []),
        (output("tanh"), UNIT, "learning", ["warning"]),
        (output("relu"), UNIT, "stuck", []),  # it clips, which is redundant-activation's
        (output("relu"), targets(0.0, 9.0, 4.0, 2.0), "stuck", []),
        (output("sigmoid"), targets(0.0, 1.0, 0.5, 0.2), "stuck", []),
        (output(), targets(math.nan, math.nan, math.nan, math.nan), "stuck", []),
        (output("sigmoid"), targets(0.0, 9.0, 4.5, 2.9, shape=(4,)), "stuck", []),
    ],
)
def test_targets(severities, given, labels, state, expected):
    assert severities(unscaled_targets, state, outputs=(given,), labels=(labels,)) == expected


def test_a_loss_that_only_fell_from_a_huge_one_is_not_learnt(severities):
    learning = Learning(first=1e11, last=1.1e10, constant_loss=1e10)
    assert severities(unscaled_targets, learning=learning, outputs=(output(),), labels=(HOUSES,)) == ["warning"]


@pytest.mark.parametrize(("loss", "confidence"), [(0.2, 0.95), (1.0, 0.4), (0.9, 0.8)])
def test_a_trial_confirms_or_refutes(loss, confidence):
    probe = Probe(trials=(Trial("unchanged", loss=1.0), Trial("standardized_targets", loss=loss)))
    evidence = {"outputs": (output(),), "labels": (HOUSES,), "learning": Learning("slow"), "probe": probe}
    assert next(unscaled_targets.run(evidence)).confidence == confidence


@pytest.mark.parametrize(
    ("standardized", "tenfold", "state", "expected"),
    [
        (0.2, 0.9, "stuck", ["warning"]),
        (0.2, 0.1, "stuck", []),  # a larger rate does as much
        (0.9, 0.9, "stuck", []),
        (0.2, 0.9, "learning", []),
    ],
)
def test_targets_of_an_ordinary_size_whose_trial_wins(severities, standardized, tenfold, state, expected):
    names = {"unchanged": 1.0, "standardized_targets": standardized, "learning_rate*10": tenfold}
    probe = Probe(trials=tuple(Trial(name, loss=loss) for name, loss in names.items()))
    labels = targets(2.0, 8.0, 5.0, 0.6)
    found = severities(unscaled_targets, state, outputs=(output(),), labels=(labels,), probe=probe)
    assert found == expected


@pytest.mark.parametrize(
    ("low", "high", "labels", "expected"),
    [
        (-1.0, 1.0, targets(0.5, 5.0, 3.5, 1.0), "error"),
        (-1.0, 1.0, targets(-1.0, 1.0, 0.3, 0.4), None),
        (0.0, 5.0, targets(0.5, 5.0, 3.5, 1.0), None),
        (0.0, math.inf, targets(-3.0, 3.0, 0.0, 1.0), "warning"),
        (0.0, math.inf, targets(0.0, 3.0, 1.0, 1.0), None),
    ],
)
def test_an_output_that_its_layers_bound(severity, learning, low, high, labels, expected):
    bounded = Output(loss="mean_squared_error", activation="custom", shape=(1,), low=low, high=high, bounded_by="dot")
    evidence = {"outputs": (bounded,), "labels": (labels,), "learning": learning("unknown")}
    assert severity(unscaled_targets, **evidence) == expected
    for found in unscaled_targets.run(evidence):
        assert "which dot gives" in found.message
        assert "put a layer after dot" in found.remedy
        assert "metric-mismatch" in found.explains
