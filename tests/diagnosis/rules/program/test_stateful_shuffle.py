import pytest

from keras_stable.diagnosis.facts import CarriedState
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.program.stateful_shuffle import stateful_shuffle


@pytest.mark.parametrize(
    ("shuffled", "words"),
    [
        ("rows", "`fit` shuffles the rows"),
        ("batches", "in random order"),
        ("stream", "another order each time"),
    ],
)
def test_a_state_that_goes_on_in_another_sequence(shuffled, words):
    (found,) = stateful_shuffle.run({"carried_state": CarriedState(("lstm", "lstm_1"), shuffled)})
    assert found.where == "lstm"
    assert words in found.message
    assert ("shuffle=False" in found.remedy) == (shuffled != "stream")


def test_batches_that_keep_their_order(severity):
    assert severity(stateful_shuffle, carried_state=CarriedState(("lstm",))) is None


def test_layers_that_begin_anew(severity):
    with pytest.raises(Skip, match="carries"):
        severity(stateful_shuffle, carried_state=CarriedState((), "rows"))
