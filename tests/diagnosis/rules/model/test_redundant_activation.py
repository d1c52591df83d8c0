import pytest

from keras_stable.diagnosis.facts import Evaluation, Labels, Layer, Output, OutputEvaluation
from keras_stable.diagnosis.rules.model.redundant_activation import redundant_activation


def run(severities, structure, state="learning"):
    last = structure.layers[-1].path
    return severities(redundant_activation, state, structure=structure, outputs=(Output(layer=last),))


SICK = {
    "softmax twice": ["Dense softmax", "Activation softmax"],
    "softmax twice, reshaped": ["Dense softmax", "Reshape", "Activation softmax", "Reshape"],
    "softmax twice, dropped": ["Dense softmax", "Activation softmax", "Dropout"],
    "relu before softmax": ["Dense relu", "Activation softmax"],
    "sigmoid before softmax, dropout between": ["Dense sigmoid", "Dropout", "Activation softmax"],
    "relu before sigmoid in hidden layers": ["Dense relu", "Activation sigmoid", "Dense softmax"],
    "two activation layers": ["Dense linear", "Activation sigmoid", "Activation softmax"],
}


@pytest.mark.parametrize("name", SICK)
def test_two_in_a_row(severities, stack, name):
    assert run(severities, stack(*SICK[name])) == ["warning"]


HEALTHY = {
    "one": ["Dense relu", "Dense linear", "Activation softmax"],
    "normalised between": ["Dense relu", "BatchNormalization", "ReLU relu", "Dense softmax"],
    "pooled between": ["Conv2D relu", "GlobalAveragePooling2D", "Activation softmax"],
    "an idle one": ["Dense relu", "Activation linear", "Dense softmax"],
}


@pytest.mark.parametrize("name", HEALTHY)
def test_one_is_fine(severities, stack, name):
    assert run(severities, stack(*HEALTHY[name]), "stuck") == []


MILD = {
    "relu of a softmax": ["Dense softmax", "ReLU relu"],
    "relu twice": ["Dense relu", "ReLU relu", "Dense softmax"],
    "behind a recurrent layer": ["LSTM tanh", "Activation relu", "Dense softmax"],
}


@pytest.mark.parametrize("name", MILD)
def test_what_changes_little_is_advice(severities, stack, name):
    assert run(severities, stack(*MILD[name]), "stuck") == ["advice"]


def test_scores_of_attention_may_be_bounded_before_their_softmax(severities, stack):
    merge = Layer(kind="Multiply", role="merge", inputs=("l0", "l2"))
    structure = stack("LSTM tanh", "Dense tanh", "Activation softmax", merge, "Dense softmax")
    assert run(severities, structure, "stuck") == ["advice"]


def regression(severities, stack, activation, values, state="learning", **more):
    minimum, maximum, mean, std = values
    labels = Labels(kind="real", class_counts=(), minimum=minimum, maximum=maximum, mean=mean, std=std)
    output = Output("output", "l1", (1,), 1, activation, "l1", "mean_squared_error", None)
    structure = stack("Dense relu", f"Dense {activation}")
    evidence = {"structure": structure, "outputs": (output,), "labels": (labels,), **more}
    return severities(redundant_activation, state, **evidence)


@pytest.mark.parametrize(
    ("activation", "values", "state", "expected"),
    [
        ("sigmoid", (5.0, 50.0, 22.0, 9.0), "learning", []),  # a range, which is unscaled-targets'
        ("relu6", (5.0, 50.0, 22.0, 9.0), "learning", ["error"]),
        ("relu", (-3.0, 3.0, 0.0, 1.0), "learning", ["warning"]),
        ("relu", (0.0, 9.0, 4.0, 2.0), "learning", []),
        ("relu", (0.0, 9.0, 4.0, 2.0), "stuck", ["warning"]),
        ("sigmoid", (0.0, 1.0, 0.5, 0.2), "stuck", []),
        ("linear", (-300.0, 300.0, 0.0, 90.0), "stuck", []),
    ],
)
def test_an_activation_that_clips_a_regression(severities, stack, activation, values, state, expected):
    assert regression(severities, stack, activation, values, state) == expected


def test_an_output_that_is_scaled_afterwards(severities, stack):
    seen = Evaluation(outputs=(OutputEvaluation(minimum=6.0, maximum=44.0),))
    assert regression(severities, stack, "relu6", (5.0, 50.0, 22.0, 9.0), evaluation=seen) == []


def test_labels_are_not_needed(severities, stack):
    assert run(severities, stack("Dense relu", "Dense softmax")) == []


@pytest.mark.parametrize(
    ("state", "expected"), [("stuck", ["warning"]), ("slow", ["warning"]), ("learning", ["advice"])]
)
def test_a_softmax_over_hidden_units(severities, stack, state, expected):
    assert run(severities, stack("Dense softmax", "Dense softmax"), state) == expected
    assert run(severities, stack("Dense softmax", "Dropout", "Dense softmax"), state) == expected
    assert run(severities, stack("Dense relu", "Dense softmax"), state) == []
