import pytest

from keras_stable.repairs.proving import Proof, prove, refusal
from keras_stable.repairs.trial import Outcome


@pytest.fixture
def proven(make_ground, make_remedy, fake_trial):
    def run(before, after, budget=3.0, **given):
        ground, remedies = make_ground(budget), (make_remedy(),)
        ground.trials.update({(): fake_trial(before, noise=0.1), remedies: fake_trial(after, noise=0.1, **given)})
        return prove(ground, remedies, {}), ground

    return run


def test_a_clear_gain_is_better(proven):
    proof, ground = proven(0.5, 0.9)
    assert proof.better
    assert proof.gain == pytest.approx(0.4, abs=0.05)
    assert (proof.share, proof.rows, proof.apart) == (1.0, 40, True)
    assert ground.ledger.trainings == pytest.approx(1.6)


@pytest.mark.parametrize(
    ("gain", "p_value", "apart", "better"),
    [
        (0.02, 0.04, True, True),
        (0.02, 0.04, False, True),
        (0.5, 0.09, True, False),
        (0.5, 0.09, False, True),  # two of four rows, and then all of them: no test of so few can say more
        (0.5, 0.11, False, False),
        (0.2, 0.09, False, False),
        (0.005, 0.01, False, False),
    ],
)
def test_of_rows_too_few_to_be_kept_apart_a_large_gain_has_a_lower_bar(gain, p_value, apart, better):
    assert Proof(Outcome(None), Outcome(None), gain, p_value, 4, apart, 1.0).better is better


def test_no_gain_is_not(proven):
    proof, _ = proven(0.7, 0.7)
    assert not proof.better
    assert "no better than the program as it is" in refusal(proof)


def test_what_makes_it_worse_is_said(proven):
    proof, _ = proven(0.9, 0.5)
    assert proof.worse
    assert "makes the program worse: accuracy 0.9" in refusal(proof)


def test_a_training_that_fails_is_refused(proven):
    proof, _ = proven(0.9, 0.5, failure="ValueError: shapes")
    assert proof.worse
    assert refusal(proof) == "its training failed: ValueError: shapes"


def test_more_budget_buys_more_seeds(proven):
    proof, ground = proven(0.5, 0.9, budget=5.0)
    assert [run[3] for run in ground.trials[()].runs] == [1, 2, 3]
    assert proof.p_value < 1e-6


def test_less_budget_buys_a_shorter_training(proven):
    proof, ground = proven(0.5, 0.9, budget=0.4)
    assert proof.share == pytest.approx(0.25)
    assert ground.ledger.trainings <= 0.4 + 1e-9


def test_with_no_budget_left_nothing_is_proven(proven):
    assert proven(0.5, 0.9, budget=0.05)[0] is None


def test_the_program_as_it_is_is_trained_once(make_ground, make_remedy, fake_trial):
    ground, before = make_ground(), {}
    one, other = (make_remedy(),), (make_remedy("clipnorm"),)
    ground.trials.update({(): fake_trial(0.5), one: fake_trial(0.5), other: fake_trial(0.9)})
    prove(ground, one, before)
    assert prove(ground, other, before).better
    assert len(ground.trials[()].runs) == 1
