"""Where NaN and infinity are."""

import ml_dtypes
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.nonfinite import Nonfinite, nonfinite_in
from keras_stable.diagnosis.evidence.data.row_access import array_rows


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, ml_dtypes.bfloat16])
def test_values_and_rows_are_counted(dtype):
    values = np.zeros((30, 2, 2), dtype)
    values[4] = np.nan
    values[7:29, 0, 1] = -np.inf
    found = Nonfinite()
    found.add(values[:10], np.arange(100, 110))
    found.add(values[10:], np.arange(110, 130))
    assert found.count == 26
    assert found.rows == (104, *range(107, 116))


def test_integers_and_text_have_none():
    found = Nonfinite()
    found.add(np.arange(3), np.arange(3))
    found.add(np.array(["nan"]), np.arange(1))
    assert found == Nonfinite() == nonfinite_in(array_rows(["nan", "inf"], "x"), 10)


def test_every_row_of_an_array_is_searched():
    values = np.zeros((40_000, 100), np.float32)
    values[31_234, 50] = np.nan
    assert nonfinite_in(array_rows(values, "x"), 2**30) == Nonfinite(1, (31_234,))
    assert nonfinite_in(array_rows(values, "x"), 2**20) is None
