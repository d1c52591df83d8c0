from dataclasses import replace

import pytest

from keras_stable.diagnosis.facts import Evaluation, Output, OutputEvaluation, Plan
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.step.bad_initial_loss import bad_initial_loss

RARE = OutputEvaluation(task="binary", loss=0.7, constant_loss=0.05, label_counts=((0, 990), (1, 10)))


@pytest.mark.parametrize(
    ("output", "state", "severity"),
    [
        (OutputEvaluation(loss=40.0), "stuck", "warning"),
        (OutputEvaluation(loss=40.0), "learning", "advice"),
        (OutputEvaluation(loss=40.0), "unknown", "advice"),
        (OutputEvaluation(loss=3.5), "stuck", None),
        (RARE, "stuck", None),  # guessing costs ln 2, whatever the best constant answer does
        (replace(RARE, loss=5.0), "stuck", "warning"),
        (OutputEvaluation(task="regression", loss=4e4, constant_loss=1e4), "stuck", None),
        (OutputEvaluation(loss=40.0, constant_loss=float("nan")), "stuck", None),
        (OutputEvaluation(loss=float("nan")), "stuck", None),
    ],
)
def test_the_first_loss_against_guessing(found, learning, output, state, severity):
    evidence = {"evaluation": Evaluation(outputs=(output,)), "plan": Plan(), "learning": learning(state)}
    assert found(bad_initial_loss, **evidence) == ([(severity, "output")] if severity else [])


def test_classes_that_the_sample_lacks_count(found, learning):
    """Of 1000 classes, 50 samples show 50 at most."""
    output = OutputEvaluation(loss=6.9, constant_loss=3.2, label_counts=tuple((k, 2) for k in range(25)))
    evidence = {"evaluation": Evaluation(outputs=(output,)), "plan": Plan(), "learning": learning("stuck")}
    assert not found(bad_initial_loss, **evidence, outputs=(Output(width=1000),))
    assert found(bad_initial_loss, **evidence, outputs=(Output(width=25),)) == [("warning", "output")]


def test_a_trained_model_has_no_first_loss(found, learning):
    with pytest.raises(Skip, match="trained already"):
        found(bad_initial_loss, evaluation=Evaluation(), plan=Plan(trained=True), learning=learning())
