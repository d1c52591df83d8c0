import pytest

from keras_stable.diagnosis.facts import Evaluation, OutputEvaluation, Plan, Probe
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.predictions.prediction_collapse import prediction_collapse

EVEN = tuple((k, 50) for k in range(10))
SKEWED = ((0, 900), (1, 100))


def answers(predicted, labels=EVEN, **more):
    return Evaluation(outputs=(OutputEvaluation(predicted_counts=predicted, label_counts=labels, **more),))


@pytest.mark.parametrize(
    ("predicted", "labels", "state", "expected"),
    [
        (((3, 500),), EVEN, "stuck", "warning"),
        (((3, 250), (7, 250)), EVEN, "unknown", "warning"),
        (((3, 250), (7, 250)), EVEN, "learning", "warning"),
        (((1, 125), (3, 125), (5, 125), (7, 125)), EVEN, "learning", "advice"),
        (EVEN, EVEN, "learning", None),
        (EVEN[:8], EVEN, "stuck", None),
        (((0, 100),), ((0, 50), (1, 50)), "stuck", "warning"),
        (((0, 1000),), SKEWED, "learning", None),
        (((0, 100),), ((0, 100),), "stuck", None),
        ((), (), "stuck", None),
    ],
)
def test_a_trained_model_is_judged_as_it_is(severity, learning, predicted, labels, state, expected):
    evidence = {"plan": Plan(trained=True), "evaluation": answers(predicted, labels), "learning": learning(state)}
    assert severity(prediction_collapse, **evidence) == expected


def test_rare_classes_of_a_model_that_learns_are_advice(severity, learning):
    rare = tuple((k, 10_000 // (k + 1) ** 2) for k in range(50))
    evidence = {"plan": Plan(trained=True), "evaluation": answers(((0, 500),), rare)}
    assert severity(prediction_collapse, learning=learning(), **evidence) == "advice"


def test_before_training_a_short_one_is_judged_and_only_in_trouble(severity, learning):
    collapsed = answers(((3, 500),))
    probe = Probe(before=collapsed, after=collapsed)
    evidence = {"plan": Plan(), "evaluation": collapsed}
    assert severity(prediction_collapse, probe=probe, learning=learning("stuck"), **evidence) == "warning"
    recovered = Probe(before=collapsed, after=answers(EVEN))
    assert severity(prediction_collapse, probe=recovered, learning=learning("stuck"), **evidence) is None
    for state, more in [("learning", {"probe": probe}), ("unknown", {})]:
        with pytest.raises(Skip, match="not trained yet"):
            severity(prediction_collapse, learning=learning(state), **more, **evidence)
