import pytest

from keras_stable.diagnosis.facts import Layer, Output
from keras_stable.diagnosis.rules.model.excess_dropout import excess_dropout


def dropout(rate):
    return Layer(kind="Dropout", role="dropout", activation="", config={"rate": rate})


@pytest.mark.parametrize(
    ("rate", "state", "expected"),
    [
        (0.5, "stuck", []),
        (0.6, "learning", ["advice"]),
        (0.6, "unknown", ["advice"]),
        (0.6, "slow", ["warning"]),
        (0.9, "learning", ["advice"]),
        (0.9, "unknown", ["warning"]),
    ],
)
def test_the_rate(severities, stack, rate, state, expected):
    structure = stack("Dense relu", dropout(rate), "Dense softmax")
    outputs = (Output(layer="l2", learnt_layer="l2"),)
    assert severities(excess_dropout, state, structure=structure, outputs=outputs) == expected


@pytest.mark.parametrize("layers", [("Dense softmax",), ("Dense", "Activation softmax")])
@pytest.mark.parametrize("rate", [0.0, 0.2])
def test_dropout_of_the_outputs_is_certain(severities, stack, layers, rate):
    for place in range(1, len(layers) + 1):
        structure = stack(*layers[:place], dropout(rate), *layers[place:])
        outputs = (Output(layer=f"l{len(layers)}", learnt_layer="l0"),)
        expected = ["warning"] if rate else []
        assert severities(excess_dropout, "learning", structure=structure, outputs=outputs) == expected


@pytest.mark.parametrize(("state", "expected"), [("learning", ["advice"]), ("stuck", ["warning"])])
def test_before_batch_normalization(severities, stack, state, expected):
    structure = stack("Dense relu", dropout(0.2), "BatchNormalization", "Dense softmax")
    outputs = (Output(layer="l3", learnt_layer="l3"),)
    assert severities(excess_dropout, state, structure=structure, outputs=outputs) == expected


def test_inside_a_recurrent_layer(severities, stack):
    recurrent = Layer(kind="LSTM", activation="tanh", config={"dropout": 0.1, "recurrent_dropout": 0.9})
    structure = stack(recurrent, "Dense softmax")
    outputs = (Output(layer="l1", learnt_layer="l1"),)
    assert severities(excess_dropout, "stuck", structure=structure, outputs=outputs) == ["warning"]
