import numpy as np
import pytest

from keras_stable.diagnosis.evidence.step.label_answers import right_answers, varied_rows
from keras_stable.diagnosis.facts import Labels, Output


@pytest.mark.parametrize(
    ("truth", "shape", "activation", "kind", "expected"),
    [
        ([0.5, -2.0], (2, 1), "linear", "real", [[[0.5], [-2.0]]]),
        ([1, 0], (2, 1), "linear", "binary", [[[1.0], [0.0]], [[4.0], [-4.0]]]),
        ([2, 0], (2, 3), "softmax", "class_ids", [[[0.02, 0.02, 0.98], [0.98, 0.02, 0.02]]]),
        ([[0, 1]], (1, 2), "softmax", "one_hot", [[[0.02, 0.98]]]),
        ([3, 0], (2, 3), "softmax", "class_ids", []),  # there is no such class
        ([0.5, 1.0], (2, 2), "linear", "real", []),  # a mean and a deviation, perhaps
    ],
)
def test_what_answers_may_mean(truth, shape, activation, kind, expected):
    ways = right_answers(np.array(truth), shape, Output(activation=activation), Labels(kind=kind))
    assert len(ways) == len(expected)
    for way, values in zip(ways, expected, strict=True):
        np.testing.assert_allclose(way, values)


def test_rows_of_every_label_are_taken_by_turns():
    truth = np.repeat([0, 1, 2], [50, 3, 1])
    chosen = truth[varied_rows(truth, 7)]
    assert np.bincount(chosen).tolist() == [3, 3, 1]
    assert len(set(varied_rows(truth, 54).tolist())) == 54
