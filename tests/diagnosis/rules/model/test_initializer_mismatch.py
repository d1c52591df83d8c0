import math

import pytest

from keras_stable.diagnosis.facts import Input, Layer, LayerOutput, Learning, Plan
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.model.initializer_mismatch import initializer_mismatch

UNIT = LayerOutput("l0", mean=0.0, std=1.0)


def layer(std, initializer="RandomNormal", activation="linear", fan_in=100):
    return Layer(kernel_std=std, fan_in=fan_in, initializer=initializer, activation=activation)


def run(severities, stack, second, std, state="stuck"):
    return severities(
        initializer_mismatch,
        state,
        structure=stack("LayerNormalization", second),
        activations=(UNIT, LayerOutput("l1", mean=0.0, std=std)),
        inputs=(Input(),),
        plan=Plan(),
    )


@pytest.mark.parametrize(
    ("second", "std", "state", "expected"),
    [
        (layer(1.0), 10.0, "stuck", ["warning"]),
        (layer(1.0), 10.0, "learning", []),
        (layer(1.0), 10.0, "unknown", []),
        (layer(0.1), 1.0, "stuck", []),
        (layer(0.001), 0.01, "stuck", ["warning"]),
        (layer(1.0, activation="relu"), 5.8, "stuck", ["warning"]),
        (layer(1.0, activation="tanh"), 0.95, "stuck", ["warning"]),
        (layer(0.1, activation="tanh"), 0.6, "stuck", []),
        (layer(0.02, "GlorotUniform"), 0.05, "stuck", []),
        (layer(2.0, "GlorotUniform"), 20.0, "stuck", ["warning"]),
        (layer(0.0, "Zeros"), 0.0, "stuck", []),
        (layer(math.nan), math.nan, "stuck", []),
        (layer(1.0), math.nan, "stuck", []),
    ],
)
def test_the_ratio_counts_in_trouble(severities, stack, second, std, state, expected):
    assert run(severities, stack, second, std, state) == expected


def test_the_first_layer_is_compared_with_what_enters_it(severities, stack):
    evidence = {
        "structure": stack(layer(0.1)),
        "activations": (LayerOutput("l0", mean=0.0, std=80.0),),
        "plan": Plan(),
    }
    assert severities(initializer_mismatch, "stuck", inputs=(Input(entering_std=80.0),), **evidence) == []
    assert severities(initializer_mismatch, "stuck", inputs=(Input(),), **evidence) == ["warning"]


def test_a_scheme_that_counts_its_inputs_is_doubted_less(stack):
    def confidence(initializer):
        evidence = {
            "structure": stack("LayerNormalization", layer(2.0, initializer)),
            "activations": (UNIT, LayerOutput("l1", mean=0.0, std=20.0)),
            "inputs": (Input(),),
            "plan": Plan(),
            "learning": Learning("stuck"),
        }
        return next(initializer_mismatch.run(evidence)).confidence

    assert confidence("RandomNormal") > confidence("GlorotUniform")


def test_trained_weights_say_nothing_of_the_start(stack):
    evidence = {"structure": stack(), "activations": (), "inputs": (), "plan": Plan(trained=True), "learning": None}
    with pytest.raises(Skip):
        list(initializer_mismatch.run(evidence))
