import pytest

from keras_stable.diagnosis.facts import Evaluation, Learning, Plan, Probe
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.predictions._after import after_training

AUDITED, PROBED = Evaluation(loss=1.0), Evaluation(loss=2.0)
PROBE = Probe(after=PROBED)


@pytest.mark.parametrize("state", ["learning", "stuck"])
def test_a_trained_model_is_judged_itself(state):
    assert after_training(Plan(trained=True), Learning(state), PROBE, AUDITED) is AUDITED


@pytest.mark.parametrize("state", ["slow", "stuck", "diverging"])
def test_an_untrained_one_by_its_copy_where_that_is_in_trouble(state):
    assert after_training(Plan(), Learning(state), PROBE, AUDITED) is PROBED
    assert after_training(Plan(), Learning(state), PROBE, None) is PROBED


@pytest.mark.parametrize(
    ("trained", "state", "probe", "evaluation", "reason"),
    [
        (True, "stuck", PROBE, None, "could not be evaluated"),
        (False, "stuck", None, AUDITED, "is not trained yet$"),
        (False, "learning", PROBE, AUDITED, "is not trained yet, and learns"),
        (False, "unknown", PROBE, AUDITED, "is not trained yet, and learns"),
    ],
)
def test_there_may_be_nothing_to_judge(trained, state, probe, evaluation, reason):
    with pytest.raises(Skip, match=reason):
        after_training(Plan(trained=trained), Learning(state), probe, evaluation)
