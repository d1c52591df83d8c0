import pytest

from keras_stable.diagnosis.facts import Compiled, Gradients, VariableGradient
from keras_stable.diagnosis.rules.compile.missing_loss_scaling import missing_loss_scaling


@pytest.mark.parametrize(
    ("precision", "scaled", "expected"),
    [
        ("mixed_float16", False, "warning"),
        ("float16", False, "warning"),
        ("mixed_float16", True, None),
        ("mixed_bfloat16", False, None),
        ("float32", False, None),
    ],
)
def test_float16_needs_scaling(severity, learning, precision, scaled, expected):
    compiled = Compiled(precision=precision, loss_scaling=scaled)
    assert severity(missing_loss_scaling, compiled=compiled, learning=learning()) == expected


def test_it_counts_the_gradients_that_were_lost(learning):
    gradients = Gradients((VariableGradient(zero=True), VariableGradient()))
    evidence = {"compiled": Compiled(precision="mixed_float16"), "learning": learning("stuck"), "gradients": gradients}
    [finding] = missing_loss_scaling.run(evidence)
    assert finding.evidence["variables_with_zero_gradient"] == 1
