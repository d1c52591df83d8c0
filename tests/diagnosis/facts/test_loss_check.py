import math
from dataclasses import replace

import pytest

from keras_stable.diagnosis.facts import LossCheck

ALL = tuple(2.0 + 0.1 * math.sin(k) for k in range(19))
PAIRS = LossCheck(right=2.0, wrong=(2.0, 2.0, 2.0), of_same_labels=(1.0, 3.0))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"right": 2.00001, "wrong": (2.00001,) * 3}, True),
        ({"right": math.sqrt(5.0)}, True),  # the root of the mean over all pairs
        ({"right": 1.8}, False),
        ({"of_same_labels": ()}, False),
        ({"of_same_labels": (2.0, 2.0)}, False),  # it does not use the labels at all
        ({"of_same_labels": (1.0, math.nan)}, False),
    ],
)
def test_the_mean_over_all_pairs(change, expected):
    assert replace(PAIRS, **change).broadcasts is expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"right": 2.12}, False),  # no more than the order of the labels makes
        ({"right": 1.0}, False),
        ({"wrong": ALL[:3]}, False),  # too few to tell
        ({"kind": "metric"}, False),
        ({"chosen": False}, False),
        ({"right": math.nan}, False),
        ({"inverted": 0.0, "constant": 0.9}, False),  # a distance: the inverted answers are its best by far
        ({"inverted": 0.0, "constant": 0.01}, True),  # an overlap: a constant answer has none either
        ({"inverted": -4.0, "constant": 0.9}, True),
    ],
)
def test_right_answers_that_cost_more(change, expected):
    assert replace(LossCheck(right=3.0, wrong=ALL), **change).prefers_wrong is expected
