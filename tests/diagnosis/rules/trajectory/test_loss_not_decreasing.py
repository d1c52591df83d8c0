import pytest

from keras_stable.diagnosis.facts import History, Probe
from keras_stable.diagnosis.rules.trajectory.loss_not_decreasing import loss_not_decreasing

FLAT = Probe(loss=(2.3,) * 100)
FALLING = (2.3, 2.0, 1.7, 1.5, 1.3, 1.2)


@pytest.mark.parametrize("state", ["learning", "slow", "diverging", "unknown"])
def test_only_what_is_stuck(severity, learning, state):
    assert severity(loss_not_decreasing, probe=FLAT, learning=learning("stuck")) == "warning"
    assert severity(loss_not_decreasing, probe=FLAT, learning=learning(state)) is None


@pytest.mark.parametrize(
    ("accuracy", "majority", "state", "expected"),
    [
        (0.1, 0.1, "unknown", "warning"),
        (0.1, 0.1, "learning", "advice"),
        (0.4, 0.1, "unknown", None),
        (0.9, 0.9, "learning", None),
        (0.1, float("nan"), "unknown", None),
    ],
)
def test_accuracy_at_the_majority_share(severity, learning, accuracy, majority, state, expected):
    history = History(loss=FALLING, accuracy=(accuracy,) * 6, majority_share=majority)
    assert severity(loss_not_decreasing, history=history, learning=learning(state)) == expected


def test_a_few_epochs_are_too_few_for_that(severity, learning):
    history = History(loss=FALLING[:2], accuracy=(0.1, 0.1))
    assert severity(loss_not_decreasing, history=history, learning=learning("unknown")) is None
