"""Sums in float64 that take little memory, against NumPy."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.step import sums
from keras_stable.diagnosis.evidence.step.sums import blocks, sum_of_sizes, sum_of_squares


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
def test_sums_over_many_blocks(monkeypatch, dtype):
    monkeypatch.setattr(sums, "BLOCK", 7)
    values, others = np.random.default_rng(0).normal(size=(2, 5, 9)).astype(dtype)
    exact, exact_others = values.astype("float64"), others.astype("float64")
    assert sum_of_squares(values) == pytest.approx(np.sum(exact**2))
    assert sum_of_squares(values, others) == pytest.approx(np.sum((exact - exact_others) ** 2))
    assert sum_of_sizes(values) == pytest.approx(np.abs(exact).sum())
    assert [part.size for (part,) in blocks(values)] == [7] * 6 + [3]


def test_squares_beyond_the_range_of_the_values_are_none_beyond_that_of_the_sum():
    assert sum_of_squares(np.full(3, 1e30, "float32")) == pytest.approx(3e60)
    assert np.isnan(sum_of_squares(np.array([1.0, np.nan])))
