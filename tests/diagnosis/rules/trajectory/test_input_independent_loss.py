import math

import pytest

from keras_stable.diagnosis.facts import ZeroedInputs
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.trajectory.input_independent_loss import input_independent_loss


@pytest.mark.parametrize(
    ("real", "state", "expected"),
    [
        (2.3, "stuck", "warning"),
        (2.5, "diverging", "warning"),
        (2.3, "unknown", "advice"),
        (2.3, "learning", None),
        (1.0, "slow", None),
    ],
)
def test_zeros_beside_real_inputs(severity, learning, real, state, expected):
    assert severity(input_independent_loss, zeroed=ZeroedInputs(2.3, real), learning=learning(state)) == expected


def test_losses_that_are_not_finite(severity, learning):
    with pytest.raises(Skip):
        severity(input_independent_loss, zeroed=ZeroedInputs(2.3, math.nan), learning=learning("stuck"))


@pytest.mark.parametrize(("steps", "expected"), [(50, "warning"), (49, None)])
def test_few_steps_tell_nothing(severity, learning, steps, expected):
    arguments = {"zeroed": ZeroedInputs(2.3, 2.3, steps=steps), "learning": learning("stuck")}
    if expected is None:
        with pytest.raises(Skip, match="so few steps"):
            severity(input_independent_loss, **arguments)
    else:
        assert severity(input_independent_loss, **arguments) == expected
