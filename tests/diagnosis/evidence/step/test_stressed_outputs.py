"""Bounds that are found with enormous weights."""

import math

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.step.stressed_outputs import stressed_bounds

X = np.random.default_rng(0).normal(size=(200, 3))


@pytest.mark.parametrize(
    ("function", "low", "high"),
    [
        (lambda z: np.clip(z, 0.25, 4.0), 0.25, 4.0),
        (lambda z: 3 * np.tanh(z) + 1, -2.0, 4.0),
        (lambda z: np.maximum(z, 0.0), 0.0, math.inf),
        (lambda z: np.minimum(z, 7.0), -math.inf, 7.0),
        (lambda z: z, -math.inf, math.inf),
        (lambda z: z * (1 + np.sin(z)), -math.inf, math.inf),
        (lambda z: 5 * np.sin(z), -math.inf, math.inf),  # no place where it stays
        (lambda z: np.where(z > 0, z, np.inf), -math.inf, math.inf),
    ],
)
def test_where_answers_end(function, low, high):
    weight = keras.Variable(np.zeros(3, "float32"))
    found = stressed_bounds(lambda: function(X @ np.asarray(weight, "float64")), [weight], "here")
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))
    assert found.by == ("here" if found.known else "")
