from dataclasses import replace

import pytest

from keras_stable.diagnosis.facts import Evaluation, Gradients, Output, Probe, VariableGradient
from keras_stable.diagnosis.rules.step.zero_gradients import zero_gradients

PATHS = ("dense_0/kernel", "dense_0/bias", "dense_1/kernel", "dense_1/bias", "dense_2/kernel", "dense_2/bias")
STILL_ZERO = Probe(variable_paths=PATHS, variable_norms=(0.0, 0.0, 0.0, 0.0, 1.0, 1.0))
MOVING = Probe(variable_paths=PATHS, variable_norms=(0.4, 0.1, 0.4, 0.1, 1.0, 1.0))


@pytest.mark.parametrize(
    ("state", "probe", "severity"),
    [
        ("stuck", None, "warning"),
        ("unknown", None, "warning"),
        ("learning", None, "advice"),
        ("learning", STILL_ZERO, "warning"),
        ("stuck", STILL_ZERO, "warning"),
        ("stuck", MOVING, None),  # a readout that started at zero
    ],
)
def test_layers_whose_kernels_get_zero(found, gradients, learning, state, probe, severity):
    evidence = {"gradients": gradients(0.0, 0.0, 1.0), "learning": learning(state), "probe": probe}
    assert found(zero_gradients, **evidence) == ([(severity, "dense_0")] if severity else [])


def test_every_variable(found, gradients, learning):
    silent = gradients(0.0, 0.0, 0.0)
    assert found(zero_gradients, gradients=silent, learning=learning("stuck")) == [("error", "dense_0")]
    assert not found(zero_gradients, gradients=silent, learning=learning())
    solved = Evaluation(loss=0.0)
    assert not found(zero_gradients, gradients=silent, learning=learning("stuck"), evaluation=solved)
    negative = Evaluation(loss=-0.7)  # as the Poisson loss may be
    assert found(zero_gradients, gradients=silent, learning=learning("stuck"), evaluation=negative)


def test_biases_and_tables_alone_say_nothing(found, gradients, learning):
    sound = gradients(1.0, 1.0)
    variables = [replace(each, zero="bias" in each.path) for each in sound.variables]
    variables.append(VariableGradient("embedding/embeddings", "embedding", zero=True, norms=(0.0,)))
    evidence = {"gradients": replace(sound, variables=tuple(variables)), "learning": learning("stuck")}
    assert not found(zero_gradients, **evidence)


def test_one_kernel_of_a_layer_with_others_is_advice(found, learning):
    """Sequences of one step: the recurrent kernel multiplies a state of zeros."""
    variables = (
        VariableGradient("lstm/kernel", "lstm"),
        VariableGradient("lstm/recurrent_kernel", "lstm", zero=True, norms=(0.0,)),
        VariableGradient("dense/kernel", "dense", depth=1, part="readout"),
    )
    assert found(zero_gradients, gradients=Gradients(variables), learning=learning("stuck")) == [("advice", "lstm")]


def test_a_loss_that_weighs_nothing_is_meant(found, gradients, learning):
    evidence = {"gradients": gradients(0.0, 1.0, 1.0), "learning": learning("slow")}
    assert found(zero_gradients, **evidence, outputs=(Output(), Output(loss_weight=0.0))) == [("advice", "dense_0")]
    assert found(zero_gradients, **evidence, outputs=(Output(),)) == [("warning", "dense_0")]


def test_it_counts(gradients, learning):
    (only,) = zero_gradients.run({"gradients": gradients(0.0, 1.0), "learning": learning("stuck")})
    assert only.evidence == {"zero": 2, "variables": 4, "layers": 1}
    assert only.message == (
        "2 of 4 variables get a gradient of exactly zero on every batch, among them dense_0/kernel."
    )
