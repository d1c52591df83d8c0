from dataclasses import replace

import pytest

from keras_stable.diagnosis.facts import Layer, Learning
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.model.missing_nonlinearity import missing_nonlinearity


def dense(units, entering, activation="linear", **more):
    return Layer(units=units, input_units=entering, fan_in=entering, activation=activation, **more)


def conv(units, entering, activation="linear", positions=9):
    return Layer(kind="Conv2D", units=units, input_units=entering, fan_in=positions * entering, activation=activation)


SICK = {
    "all linear": ([dense(64, 20), dense(10, 64, "softmax")], 1),
    "all linear, narrow": ([dense(4, 20), dense(10, 4, "softmax")], 1),
    "three linear": ([dense(64, 20), dense(64, 64), "Dropout", dense(1, 64)], 2),
    "one forgotten": ([dense(64, 20, "relu"), dense(64, 64), dense(10, 64, "softmax")], 1),
    "only batch normalization between": ([conv(32, 3), "BatchNormalization", conv(32, 32, "relu")], 1),
    "averages and reshaping": ([conv(32, 3), "GlobalAveragePooling2D", dense(10, 32, "softmax")], 1),
    "an idle activation": ([dense(64, 20, "relu"), dense(64, 64), "Activation linear", dense(9, 64, "softmax")], 1),
}


@pytest.mark.parametrize("state", ["learning", "stuck", "unknown"])
@pytest.mark.parametrize("name", SICK)
def test_linear_layers_in_a_row(severities, stack, name, state):
    layers, pairs = SICK[name]
    assert severities(missing_nonlinearity, state, structure=stack(*layers)) == ["warning"] * pairs


@pytest.mark.parametrize(("share", "expected"), [(0.89, "warning"), (0.91, "advice")])
def test_a_linear_model_of_a_linear_problem_is_sound(severities, stack, share, expected):
    judged = Learning(last=1 - share, constant_loss=1.0)
    whole = stack(dense(64, 20), dense(1, 64))
    assert severities(missing_nonlinearity, learning=judged, structure=whole) == [expected]
    part = stack(dense(64, 20, "relu"), dense(64, 64), dense(1, 64))
    assert severities(missing_nonlinearity, learning=judged, structure=part) == ["warning"]


@pytest.mark.parametrize(("state", "expected"), [("learning", "advice"), ("stuck", "warning")])
def test_two_convolutions_that_end_an_upsampling(severities, stack, state, expected):
    layers = [conv(64, 3, "relu"), conv(48, 64), "Reshape", conv(3, 12)]
    assert severities(missing_nonlinearity, state, structure=stack(*layers)) == [expected]


HEALTHY = {
    "relu": [dense(64, 20, "relu"), dense(10, 64, "softmax")],
    "an activation layer": [dense(64, 20), "BatchNormalization", "ReLU relu", dense(10, 64, "softmax")],
    "layer normalization": [dense(64, 20), "LayerNormalization", dense(10, 64)],
    "an own activation": [dense(64, 20, "custom"), dense(10, 64)],
    "embedding": [
        Layer(kind="Embedding", activation="", units=16),
        "GlobalAveragePooling1D",
        dense(8, 16, "relu"),
        dense(1, 8),
    ],
    "recurrent": ["LSTM tanh", dense(8, 64, "relu"), dense(1, 8)],
    "into a recurrent layer": [dense(64, 20), "LSTM tanh", dense(1, 64)],
    "sum": [dense(64, 20, "relu"), dense(64, 64), Layer(kind="Add", role="merge", inputs=("l0", "l1")), dense(9, 64)],
    "linear bottleneck": [
        conv(96, 16, "relu", 1),
        Layer(kind="DepthwiseConv2D", activation="relu"),
        conv(24, 96, positions=1),
        "BatchNormalization",
        conv(144, 24, "relu", 1),
    ],
    "linear bottleneck as wide as before": [
        conv(16, 16, "relu"),
        conv(16, 16, positions=1),
        "BatchNormalization",
        conv(72, 16, "relu", 1),
    ],
    "residual stream": [
        conv(96, 3),
        conv(96, 96, "relu"),
        Layer(kind="Add", role="merge", inputs=("l0", "l1")),
        conv(96, 96, "relu"),
    ],
    "grouped": [conv(96, 3), replace(conv(96, 96), config={"groups": 96}), "LayerNormalization", conv(9, 96)],
    "separable": [Layer(kind="SeparableConv2D", activation="linear"), conv(32, 16, "relu"), conv(32, 32)],
}


@pytest.mark.parametrize("name", HEALTHY)
def test_what_may_be_linear(severities, stack, name):
    assert severities(missing_nonlinearity, "stuck", structure=stack(*HEALTHY[name])) == []


MILD = {
    "code": [dense(64, 784, "relu"), dense(8, 64), dense(64, 8, "relu"), dense(784, 64, "sigmoid")],
    "max pooling": [conv(32, 3), "MaxPooling2D", conv(64, 32, "relu"), "Flatten", dense(10, 64, "softmax")],
}


@pytest.mark.parametrize("name", MILD)
def test_what_may_be_meant_counts_only_in_trouble(severities, stack, name):
    structure = stack(*MILD[name])
    assert severities(missing_nonlinearity, "learning", structure=structure) == ["advice"]
    assert severities(missing_nonlinearity, "stuck", structure=structure) == ["warning"]


def test_a_linear_autoencoder_is_a_way_to_principal_components(severities, stack):
    structure = stack(dense(2, 30), dense(30, 2))
    assert severities(missing_nonlinearity, "stuck", structure=structure) == ["advice"]


def test_one_layer_is_a_linear_regression(stack):
    with pytest.raises(Skip):
        list(missing_nonlinearity.run({"structure": stack(dense(1, 20)), "learning": None}))


def test_the_activation_at_the_end_does_not_help(stack):
    def confidence(*layers):
        evidence = {"structure": stack(*layers), "learning": Learning()}
        return next(missing_nonlinearity.run(evidence)).confidence

    whole = confidence(dense(64, 20), dense(10, 64), "Activation softmax")
    assert whole == confidence(dense(64, 20), dense(10, 64, "softmax"))
    assert whole > confidence(dense(64, 20, "relu"), dense(64, 64), dense(10, 64, "softmax"))
