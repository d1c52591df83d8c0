import pytest

from keras_stable.diagnosis.facts import Layer, Structure
from keras_stable.diagnosis.rules.model._flow import avoidable, before, linear, next_kernels


@pytest.mark.parametrize(
    ("kind", "role", "activation", "expected"),
    [
        ("Activation", "activation", "linear", True),
        ("Activation", "activation", "relu", False),
        ("Dropout", "dropout", "", True),
        ("BatchNormalization", "normalization", "", True),
        ("LayerNormalization", "normalization", "", False),
        ("GlobalAveragePooling2D", "pooling", "", True),
        ("MaxPooling2D", "pooling", "", False),
        ("Flatten", "shape", "", True),
        ("Add", "merge", "", False),
        ("Mine", "other", "", False),
    ],
)
def test_what_is_linear(kind, role, activation, expected):
    assert linear(Layer(kind=kind, role=role, activation=activation)) is expected


GATED = Structure(
    layers=(
        Layer("body", inputs=("input",)),
        Layer("squeeze", kind="Dense", inputs=("body",)),
        Layer("gate", kind="Multiply", role="merge", inputs=("body", "squeeze")),
        Layer("narrow", inputs=("gate",)),
        Layer("drop", kind="Dropout", role="dropout", inputs=("narrow",)),
        Layer("readout", inputs=("drop",)),
    )
)


def test_before_ends_at_a_merge():
    assert [each.path for each in before(GATED, GATED.layers[5])] == ["drop", "narrow", "gate"]


def test_next_kernels_pass_dropout():
    assert [each.path for each in next_kernels(GATED, "narrow")] == ["readout"]
    assert [each.path for each in next_kernels(GATED, "squeeze")] == ["gate"]


def test_a_gate_is_avoidable_and_a_bottleneck_is_not():
    assert avoidable(GATED, "squeeze", {"readout"})
    assert not avoidable(GATED, "narrow", {"readout"})


def test_what_is_unknown_is_avoidable():
    unknown = Structure(layers=(Layer("a"), Layer("b"), Layer("c")))
    assert avoidable(unknown, "b", {"c"})
