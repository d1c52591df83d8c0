"""The order of what can be wrong with weights: the gravest is said, and no other."""

from dataclasses import replace

import pytest

from keras_stable.diagnosis.facts import OutputWeights
from keras_stable.diagnosis.rules.program._weight_faults import of_output

SICK = OutputWeights(nonfinite=3, negative=5, total=2e9, classes=((0, 500, 0.0), (1, 500, 2e9)))


@pytest.mark.parametrize(
    ("mended", "words"),
    [
        ({}, "NaN or infinite"),
        ({"nonfinite": 0}, "have weight 0"),
        ({"nonfinite": 0, "classes": ((0, 500, 1e3), (1, 500, 2e9))}, "below 0"),
        ({"nonfinite": 0, "negative": 0, "classes": ((0, 500, 1e3), (1, 500, 2e9))}, "times as much as another"),
        ({"nonfinite": 0, "negative": 0, "classes": ((0, 500, 1e9), (1, 500, 1e9))}, "2e+06 on average"),
    ],
)
def test_the_gravest_comes_first(mended, words):
    assert words in of_output(replace(SICK, **mended), "class_weight", True, False).message


def test_without_a_fault():
    assert of_output(OutputWeights(), "class_weight", True, True) is None
