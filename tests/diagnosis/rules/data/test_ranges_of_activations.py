import math

import pytest

from keras_stable.diagnosis.facts import Evaluation, Labels, Output, OutputEvaluation
from keras_stable.diagnosis.rules.data._ranges import beyond


def targets(minimum, maximum, mean, std):
    return Labels(kind="real", minimum=minimum, maximum=maximum, mean=mean, std=std)


@pytest.mark.parametrize(
    ("activation", "values", "whole", "common"),
    [
        ("sigmoid", (5.0, 50.0, 22.0, 9.0), True, True),
        ("tanh", (-3.0, 3.0, 0.0, 1.0), False, True),
        ("relu", (-3.0, 3.0, 0.1, 1.0), False, True),
        ("relu", (-9.0, -1.0, -5.0, 1.0), True, True),
        ("relu", (-2.0, 90.0, 40.0, 9.0), False, False),
        ("softmax", (3.0, 3.0, 3.0, 0.0), True, True),
    ],
)
def test_out_of_reach(activation, values, whole, common):
    found = beyond(Output(activation=activation), targets(*values))
    assert (found.whole, found.common) == (whole, common)


@pytest.mark.parametrize(
    ("activation", "values"),
    [
        ("linear", (5.0, 50.0, 22.0, 9.0)),
        ("sigmoid", (0.0, 1.0005, 0.5, 0.2)),
        ("tanh", (-1.0, 1.0, 0.0, 0.7)),
        ("relu", (0.0, 500.0, 90.0, 80.0)),
        ("relu", (-0.05, 3.0, 1.0, 1.0)),
        ("sigmoid", (math.nan, 50.0, 22.0, 9.0)),
    ],
)
def test_within_reach(activation, values):
    assert beyond(Output(activation=activation), targets(*values)) is None


def test_an_output_that_was_seen_beyond_is_not_bounded():
    seen = Evaluation(outputs=(OutputEvaluation(maximum=40.0),))
    assert beyond(Output(activation="sigmoid"), targets(5.0, 50.0, 22.0, 9.0), seen) is None
