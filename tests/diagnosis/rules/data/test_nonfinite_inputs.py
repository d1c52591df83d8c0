import pytest

from keras_stable.diagnosis.facts import Input, Learning
from keras_stable.diagnosis.rules.data.nonfinite_inputs import nonfinite_inputs


@pytest.mark.parametrize(("state", "severity"), [("diverging", "error"), ("unknown", "error"), ("learning", "warning")])
def test_any_value_counts(severities, state, severity):
    assert severities(nonfinite_inputs, state, inputs=(Input(), Input(nonfinite=2))) == [severity]


def test_the_rows_are_named():
    evidence = {"inputs": (Input(nonfinite=2, nonfinite_rows=(3, 8)),), "learning": Learning("stuck")}
    (found,) = nonfinite_inputs.run(evidence)
    assert "rows 3, 8" in found.message


def test_finite_inputs_are_fine(severities):
    assert severities(nonfinite_inputs, "diverging", inputs=(Input(),)) == []
