from dataclasses import replace

from keras_stable.diagnosis.facts import History, Learning, LossCheck
from keras_stable.diagnosis.judging.doubts import with_checks, without_data


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
