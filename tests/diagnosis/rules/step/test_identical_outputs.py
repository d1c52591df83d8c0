import pytest

from keras_stable.diagnosis.facts import Evaluation, OutputEvaluation, Plan, Probe
from keras_stable.diagnosis.rules.step.identical_outputs import identical_outputs

SAME = Evaluation(outputs=(OutputEvaluation(spread=1e-8, scale=1.0),))
ZEROS = Evaluation(outputs=(OutputEvaluation(spread=0.0, scale=0.0, distinct_rows=1),))
ROUNDED = Evaluation(outputs=(OutputEvaluation(spread=4e-6, scale=1.0),))
SOUND = Evaluation()


@pytest.mark.parametrize(
    ("now", "after", "state", "severity"),
    [
        (SOUND, SOUND, "stuck", None),
        (SAME, SAME, "stuck", "error"),
        (ZEROS, ZEROS, "diverging", "error"),
        (SOUND, SAME, "stuck", "error"),  # dead after the first steps
        (SAME, ROUNDED, "stuck", "error"),
        (ROUNDED, SOUND, "stuck", None),
        (SAME, SAME, "learning", "warning"),
        (ZEROS, SOUND, "learning", "advice"),  # a readout that starts at zero
        (ZEROS, SOUND, "slow", "advice"),
        (ZEROS, SOUND, "stuck", "warning"),
        (ZEROS, None, "unknown", "warning"),
        (ZEROS, None, "learning", "advice"),
    ],
)
def test_before_and_after_the_short_training(found, learning, now, after, state, severity):
    probe = None if after is None else Probe(after=after)
    evidence = {"evaluation": now, "learning": learning(state), "plan": Plan(), "probe": probe}
    assert found(identical_outputs, **evidence) == ([(severity, "output")] if severity else [])


def test_a_trained_model_is_judged_as_it_is(found, learning):
    evidence = {"evaluation": SAME, "learning": learning("stuck"), "plan": Plan(trained=True)}
    assert found(identical_outputs, **evidence) == [("error", "output")]


def test_what_cannot_be_compared(found, learning):
    stuck = learning("stuck")
    few = Evaluation(samples=4, outputs=SAME.outputs)
    assert not found(identical_outputs, evaluation=few, learning=stuck)
    broken = Evaluation(outputs=(OutputEvaluation(spread=float("nan"), scale=float("nan"), nonfinite=9),))
    assert not found(identical_outputs, evaluation=broken, learning=stuck)
    assert not found(identical_outputs, evaluation=SOUND, learning=stuck, probe=Probe(after=broken))
    unmeasured = Evaluation(outputs=(OutputEvaluation(spread=float("nan"), scale=float("nan")),))
    assert not found(identical_outputs, evaluation=unmeasured, learning=stuck)
