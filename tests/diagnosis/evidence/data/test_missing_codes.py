"""Numbers that stand for a missing value, and columns that only look so."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.missing_codes import missing_code

RNG = np.random.default_rng(0)
VALUES = RNG.normal(50.0, 10.0, size=(500, 4))


def coded(value, every, columns=(1,), values=VALUES):
    changed = values.copy()
    for column in columns:
        changed[column::every, column] = value
    return changed


@pytest.mark.parametrize("value", [-999.0, 1e6, 999999.0])
@pytest.mark.parametrize("every", [2, 25, 150])
def test_the_number_its_column_and_its_share(value, every):
    code = missing_code("table", coded(value, every))
    assert (code.column, code.value, code.columns) == (1, value, 1)
    assert code.share == pytest.approx(len(range(1, 500, every)) / 500)
    others = np.delete(VALUES[:, 1], np.arange(1, 500, every))
    spread = np.quantile(others, 0.99) - np.quantile(others, 0.01)
    assert code.distance == pytest.approx(np.abs(others - value).min() / spread)


def test_scaling_hides_nothing():
    x = coded(-9999.0, 25, columns=(1, 3))
    code = missing_code("table", (x - x.mean(0)) / x.std(0))
    assert code.columns == 2
    assert missing_code("sequences", x.reshape(50, 10, 4)).columns == 2


@pytest.mark.parametrize(
    "values",
    [
        VALUES,
        np.minimum(VALUES, 60.0),  # clipped: the next value is near
        RNG.poisson(0.5, size=(500, 4)),  # counts
        (RNG.random((500, 4)) < 0.1) * 1000.0,  # two values
        np.where(RNG.random((500, 4)) < 0.3, 0.0, RNG.lognormal(10, 1, (500, 4))),  # incomes, of which a third are 0
        np.where(RNG.random((500, 4)) < 0.9, -999.0, VALUES),  # nearly all
        coded(-999.0, 250),  # two outliers
        RNG.integers(0, 17, (500, 4)),  # pixels
        coded(90.0, 25),  # three spreads away from the middle, but not from the next
        VALUES[:30],
    ],
)
def test_other_columns(values):
    assert missing_code("table", values) is None
