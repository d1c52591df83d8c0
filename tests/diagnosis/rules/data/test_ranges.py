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


def test_seen_beyond_below_counts_too_and_another_output_does_not():
    answers = OutputEvaluation(minimum=-4.0, maximum=1.0), OutputEvaluation(name="other", maximum=40.0)
    labels = targets(5.0, 50.0, 22.0, 9.0)
    assert beyond(Output(activation="sigmoid"), labels, Evaluation(outputs=answers[:1])) is None
    assert beyond(Output(activation="sigmoid"), labels, Evaluation(outputs=answers[1:])) is not None
    edge = Evaluation(outputs=(OutputEvaluation(minimum=-0.0005, maximum=1.0005),))
    assert beyond(Output(activation="sigmoid"), labels, edge) is not None


@pytest.mark.parametrize(("maximum", "expected"), [(1.2, 0.2 / 1.5), (1.149, None)])
def test_a_tenth_of_a_deviation_may_be_beyond(maximum, expected):
    reach = beyond(Output(activation="sigmoid"), targets(0.0, maximum, 0.5, 1.5))
    assert (reach and reach.overshoot) == (expected and pytest.approx(expected))


def test_the_larger_of_both_ends_counts():
    reach = beyond(Output(activation="tanh"), targets(-9.0, 3.0, 0.0, 2.0))
    assert (reach.overshoot, reach.low, reach.high, reach.by) == (4.0, -1.0, 1.0, "tanh")


def test_targets_that_do_not_vary_are_infinitely_far():
    assert beyond(Output(activation="sigmoid"), targets(3.0, 3.0, 3.0, 0.0)).overshoot == math.inf


def test_what_bounds_it_may_be_a_layer():
    reach = beyond(Output(activation="linear", low=0.0, high=5.0, bounded_by="clip"), targets(0.0, 9.0, 4.0, 2.0))
    assert (reach.low, reach.high, reach.by) == (0.0, 5.0, "clip")
    tighter = beyond(Output(activation="sigmoid", low=-1.0, high=5.0), targets(0.0, 9.0, 4.0, 2.0))
    assert (tighter.low, tighter.high) == (0.0, 1.0)


@pytest.mark.parametrize(("mean", "common"), [(0.9, True), (0.4, False)])
def test_two_deviations_tell_outliers_from_the_common(mean, common):
    # The bound is 1; 2 deviations of 0.25 reach it from 0.5 on.
    reach = beyond(Output(activation="sigmoid"), targets(0.0, 3.0, mean, 0.25))
    assert (reach.whole, reach.common) == (False, common)
    mirrored = beyond(Output(activation="sigmoid"), targets(-2.0, 1.0, 1 - mean, 0.25))
    assert (mirrored.whole, mirrored.common) == (False, common)
