from dataclasses import replace

import pytest

from keras_stable.diagnosis.facts import Evaluation, History, Learning, LossCheck, OutputEvaluation
from keras_stable.diagnosis.judging.doubts import by_output, with_checks, without_data


def test_the_first_epoch_without_data():
    assert without_data(History(loss=(2.0, 1.0, 0.0, 0.0), accuracy=(0.1, 0.5, 0.0, 0.0))) == 3
    assert without_data(History(loss=(2.0, 0.0), accuracy=())) == 0
    assert without_data(History(loss=(2.0, 0.0, 1.0), accuracy=(0.1, 0.0, 0.5))) == 0


def test_a_loss_that_falls_for_wrong_answers_is_no_learning():
    learns, other = Learning(reason="the loss fell to -549"), Learning("diverging")
    wrong = LossCheck(right=3.0, wrong=tuple(2.0 + 0.01 * k for k in range(19)))
    pairs = LossCheck(right=2.0, of_same_labels=(1.0, 3.0))
    assert with_checks(learns, (LossCheck(), wrong)).state == "stuck"
    assert "compares every prediction" in with_checks(learns, (pairs,)).reason
    assert with_checks(learns, (LossCheck(), replace(pairs, kind="metric"))) is learns
    assert with_checks(other, (wrong,)) is other


def test_each_output_is_judged_by_itself():
    learns = Learning(reason="the loss fell to 30")
    good = OutputEvaluation("age", "regression", accuracy=float("nan"), r2=0.8)
    idle = OutputEvaluation("mood", accuracy=0.31, majority_share=0.3)
    said = by_output(learns, Evaluation(outputs=(good, idle)))
    assert said.state == "learning"
    assert said.reason == "the loss fell to 30; but mood is no better than a constant answer"
    assert by_output(learns, Evaluation(outputs=(good, good))) is learns
    assert by_output(learns, Evaluation(outputs=(idle,))) is learns
    assert by_output(learns, None) is learns
    stuck = Learning("stuck")
    assert by_output(stuck, Evaluation(outputs=(good, idle))) is stuck


PAIRS = LossCheck(right=2.0, wrong=(2.0, 2.0, 2.0), of_same_labels=(1.0, 3.0))
WRONG_SIGN = LossCheck(right=2.0, wrong=tuple(1.0 + 0.01 * step for step in range(19)))


@pytest.mark.parametrize("state", ["learning", "slow"])
@pytest.mark.parametrize(
    ("check", "words"), [(PAIRS, "every prediction with every label"), (WRONG_SIGN, "it is smaller for wrong answers")]
)
def test_a_loss_that_falls_may_tell_nothing_of_the_answers(state, check, words):
    judged = with_checks(Learning(state, reason="the loss fell"), [LossCheck(), check])
    assert judged.state == "stuck"
    assert words in judged.reason


@pytest.mark.parametrize("state", ["stuck", "diverging", "unknown"])
def test_what_was_not_seen_to_fall_stays_as_it_was_judged(state):
    judged = Learning(state)
    assert with_checks(judged, [PAIRS, WRONG_SIGN]) is judged


def test_a_metric_that_compares_all_pairs_takes_nothing_from_the_loss():
    judged = Learning()
    assert with_checks(judged, [replace(PAIRS, kind="metric"), LossCheck()]) is judged
    assert with_checks(judged, []) is judged
