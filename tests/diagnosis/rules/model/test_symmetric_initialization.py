import pytest

from keras_stable.diagnosis.facts import Layer, Output
from keras_stable.diagnosis.rules.model.symmetric_initialization import symmetric_initialization

READOUT = Layer(units=10)
EQUAL_READOUT = Layer(units=10, identical_units=True)
OUTPUTS = (Output(layer="l1", learnt_layer="l1"),)


def equal(activation="tanh", **more):
    values = {"kernel_std": 0.0, "initializer": "Constant", "identical_units": True, "activation": activation}
    return Layer(**{**values, **more})


@pytest.mark.parametrize(
    ("hidden", "readout", "state", "expected"),
    [
        (Layer(), READOUT, "stuck", []),
        (Layer(), EQUAL_READOUT, "stuck", []),
        (equal(), READOUT, "stuck", ["warning"]),
        (equal(), READOUT, "learning", ["warning"]),
        (equal(), EQUAL_READOUT, "stuck", ["error"]),
        (equal("relu", initializer="Zeros"), READOUT, "stuck", ["error"]),
        (equal("relu", initializer="Zeros"), READOUT, "learning", ["warning"]),
        (equal("tanh", initializer="Zeros"), READOUT, "unknown", ["warning"]),
        (equal(units=1), READOUT, "stuck", []),
        (equal(trainable_parameters=0), READOUT, "stuck", []),
        (equal(kind="Embedding"), READOUT, "learning", ["advice"]),
    ],
)
def test_hidden_units_that_are_equal(severities, stack, hidden, readout, state, expected):
    structure = stack(hidden, readout)
    assert severities(symmetric_initialization, state, structure=structure, outputs=OUTPUTS) == expected


def test_the_last_layer_of_a_residual_branch_may_start_at_zero(severities, stack):
    add = Layer(kind="Add", role="merge", inputs=("l0", "l1"))
    structure = stack("Dense relu", equal("linear", initializer="Zeros"), add, READOUT)
    outputs = (Output(layer="l3", learnt_layer="l3"),)
    assert severities(symmetric_initialization, "stuck", structure=structure, outputs=outputs) == []


def test_a_transform_may_start_at_the_identity(severities, stack):
    structure = stack("Dense relu", equal("linear", initializer="Zeros"), "Affine", READOUT)
    outputs = (Output(layer="l3", learnt_layer="l3"),)
    assert severities(symmetric_initialization, "stuck", structure=structure, outputs=outputs) == []


def test_a_relu_of_its_own_stops_zeros_too(severities, stack):
    structure = stack(equal("linear", initializer="Zeros"), "ReLU relu", READOUT)
    outputs = (Output(layer="l2", learnt_layer="l2"),)
    assert severities(symmetric_initialization, "stuck", structure=structure, outputs=outputs) == ["error"]
