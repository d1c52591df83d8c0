import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.facts import MissingCode
from keras_stable.diagnosis.rules.data.missing_codes import missing_codes


@pytest.mark.parametrize(("state", "expected"), [("stuck", ["warning"]), ("learning", ["advice"])])
def test_it_is_a_warning_where_nothing_is_learnt(severities, state, expected):
    assert severities(missing_codes, state, missing_codes=(MissingCode(),)) == expected
    assert severities(missing_codes, state, missing_codes=()) == []


def test_it_names_column_and_number():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    x = np.random.default_rng(0).normal(size=(200, 4)).astype("float32")
    x[::20, 2] = -999.0
    report = keras_stable.audit(model, x, x[:, :1], probe=False)
    [finding] = report.of("missing-codes")
    assert finding.where == "input"
    assert "Column 2 of input has -999 in 5.0% of its rows" in finding.message
