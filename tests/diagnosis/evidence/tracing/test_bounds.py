"""Where the slope of an activation is next to nothing, checked by its derivative."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.tracing.bounds import MARGIN, at_bound, saturates

SLOPES = {
    "sigmoid": lambda a: a * (1 - a) / 0.25,
    "tanh": lambda a: 1 - a**2,
}
X = np.linspace(-12, 12, 2001)
VALUES = {"sigmoid": 1 / (1 + np.exp(-X)), "tanh": np.tanh(X)}


@pytest.mark.parametrize(("activation", "share"), [("sigmoid", 0.08), ("tanh", 0.04)])
def test_at_a_bound_the_slope_is_a_few_percent_of_its_largest(activation, share):
    values = VALUES[activation]
    bound, slopes = at_bound(activation, values), SLOPES[activation](values)
    assert bound.any()
    assert not bound.all()
    assert slopes[bound].max() <= share
    assert slopes[~bound].min() > 0.9 * share


@pytest.mark.parametrize(
    ("activation", "values", "expected"),
    [
        ("sigmoid", [0.0, 0.019, 0.021, 0.979, 0.981, 1.0], [1, 1, 0, 0, 1, 1]),
        ("tanh", [-1.0, -0.981, -0.979, 0.0, 0.979, 0.981], [1, 1, 0, 0, 0, 1]),
        ("hard_sigmoid", [0.0, 0.001, 0.5, 0.999, 1.0], [1, 0, 0, 0, 1]),
        ("hard_tanh", [-1.0, -0.999, 0.0, 0.999, 1.0], [1, 0, 0, 0, 1]),
    ],
)
def test_both_ends_with_their_margins(activation, values, expected):
    assert at_bound(activation, np.array(values)).tolist() == [bool(one) for one in expected]


def test_units_of_a_softmax_are_at_their_bounds_together():
    values = np.array([[[0.99, 0.005, 0.005], [0.9, 0.05, 0.05]], [[0.001, 0.001, 0.998], [0.979, 0.021, 0.0]]])
    expected = np.array([[[True] * 3, [False] * 3], [[True] * 3, [False] * 3]])
    np.testing.assert_array_equal(at_bound("softmax", values), expected)


def test_a_value_that_is_none_is_at_no_bound():
    assert at_bound("tanh", np.array([np.nan])).tolist() == [False]
    assert at_bound("tanh", np.zeros((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("activation", ["relu", "linear", "softplus", "custom", ""])
def test_what_has_no_two_bounds_saturates_nowhere(activation):
    assert at_bound(activation, np.array([0.0, 1.0])) is None
    assert not saturates(activation)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "hard_sigmoid", "hard_tanh", "softmax"])
def test_what_saturates_is_what_has_bounds(activation):
    assert saturates(activation)
    assert at_bound(activation, np.array([0.5])) is not None


def test_the_margin_is_the_documented_one():
    assert MARGIN == 0.02
