import pytest

from keras_stable.diagnosis.facts import FutureReach
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.program.future_leak import future_leak


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        (FutureReach(reached=6, own=6, furthest=12), "error"),
        (FutureReach(reached=6, own=0, shift=3, furthest=1), "warning"),
        (FutureReach(), None),
    ],
)
def test_later_inputs(severity, reach, expected):
    assert severity(future_leak, future=(reach,)) == expected


def test_it_names_what_looks_ahead():
    (found,) = future_leak.run({"future": (FutureReach(reached=6, own=5, furthest=12, layers=("attention",)),)})
    assert found.where == "attention"
    assert "is the next input of input, and that input reaches the answer: at 5 of 6 steps" in found.message
    (found,) = future_leak.run({"future": (FutureReach(reached=6, shift=3, layers=("a", "b")),)})
    assert found.where == "output"
    assert "the input 3 steps later" in found.message
    assert "Layers that look ahead: a, b." in found.message


def test_labels_that_are_no_later_inputs(severity):
    with pytest.raises(Skip, match="later inputs"):
        severity(future_leak, future=())
