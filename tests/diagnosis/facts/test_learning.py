"""What a judgement says of itself."""

import math

import pytest

from keras_stable.diagnosis.facts import Learning

STATES = {"learning": (True, False), "slow": (False, True), "stuck": (False, True), "diverging": (False, True),
          "unknown": (False, False)}  # fmt: skip


@pytest.mark.parametrize(("state", "expected"), STATES.items())
def test_seen_to_learn_or_not_to_learn_or_neither(state, expected):
    judged = Learning(state)
    assert (judged.healthy, judged.troubled) == expected


def test_shares_are_of_what_there_is_above_the_floor():
    judged = Learning(floor=1.0, constant_loss=3.0, last=1.5)
    assert judged.gained(2.0, 1.25) == 0.75
    assert judged.beyond_constant == 0.75


def test_without_a_floor_the_noise_is_the_unit():
    judged = Learning(floor=math.nan, noise=0.01, constant_loss=3.0, last=2.85)
    # Thirty standard deviations stand for all there is to gain.
    assert judged.beyond_constant == pytest.approx(0.15 / 0.3)
    assert math.isnan(Learning(floor=math.nan).beyond_constant)


@pytest.mark.parametrize(("last", "learnt"), [(1.81, False), (1.79, True), (math.nan, True)])
def test_it_has_learnt_unless_it_is_known_to_be_no_better_than_a_constant_answer(last, learnt):
    assert Learning(constant_loss=2.0, last=last).has_learnt is learnt
    assert not Learning("slow", constant_loss=2.0, last=0.1).has_learnt


def test_it_is_told_in_a_sentence():
    sentences = [Learning(state, reason="so it is").verdict for state in STATES]
    assert sentences == [
        "The model learns: so it is.",
        "The model hardly learns: so it is.",
        "The model does not learn: so it is.",
        "The training diverges: so it is.",
        "Whether the model learns is not known: so it is.",
    ]
