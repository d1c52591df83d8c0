import pytest

from keras_stable.diagnosis.facts import LayerOutput, Output, Plan
from keras_stable.diagnosis.rules.step.saturated_activations import saturated_activations

HIDDEN = LayerOutput("hidden", activation="tanh", saturated=0.9)
READOUT = LayerOutput("readout", activation="softmax", saturated=0.9)
SOUND = LayerOutput("hidden", activation="tanh", saturated=0.0)


@pytest.mark.parametrize(
    ("state", "severity"), [("stuck", "warning"), ("slow", "warning"), ("unknown", "warning"), ("learning", "advice")]
)
def test_hidden_layers(found, learning, state, severity):
    evidence = {"activations": (HIDDEN, READOUT), "learning": learning(state), "outputs": (Output(),)}
    assert found(saturated_activations, **evidence) == [(severity, "hidden")]


def test_a_classifier_that_is_sure(found, learning):
    for state in ("learning", "slow", "stuck"):
        evidence = {"activations": (SOUND, READOUT), "learning": learning(state), "plan": Plan(trained=True)}
        assert not found(saturated_activations, **evidence, outputs=(Output(),))
        assert not found(saturated_activations, **evidence)


def test_an_output_that_is_sure_before_training_and_stuck(found, learning):
    evidence = {"activations": (SOUND, READOUT), "outputs": (Output(),), "plan": Plan(trained=False)}
    assert found(saturated_activations, **evidence, learning=learning("stuck")) == [("warning", "readout")]
    assert not found(saturated_activations, **evidence, learning=learning("slow"))


def test_a_gate_between_layers_may_choose(found, learning):
    gate = LayerOutput("gate", activation="softmax", saturated=0.9)
    evidence = {"activations": (gate, READOUT), "outputs": (Output(),)}
    assert found(saturated_activations, **evidence, learning=learning("slow")) == [("advice", "gate")]
    assert found(saturated_activations, **evidence, learning=learning("stuck")) == [("warning", "gate")]


@pytest.mark.parametrize(("activation", "mean", "std"), [("tanh", 0.0, 0.98), ("sigmoid", 0.5, 0.49)])
def test_units_that_jump_between_their_bounds(learning, activation, mean, std):
    jumping = LayerOutput("hidden", activation=activation, mean=mean, std=std, saturated=0.1)
    evidence = {"activations": (SOUND, jumping, READOUT), "outputs": (Output(),), "learning": learning("stuck")}
    (only,) = saturated_activations.run({**evidence, "plan": Plan(trained=True)})
    assert (only.where, only.severity) == ("hidden", "warning")
    assert only.message == f"The 64 {activation} units are near a bound most of the time; it is so in 1 of the layers."


def test_what_was_not_measured(found, learning):
    assert not found(saturated_activations, activations=(LayerOutput(), READOUT), learning=learning("stuck"))
    assert not found(saturated_activations, activations=(), learning=learning("stuck"))
