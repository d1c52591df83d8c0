import pytest

from keras_stable.diagnosis.facts import Layer, Output
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.model.bottleneck import bottleneck


def hidden(*shape, **more):
    return Layer(units=shape[-1], output_shape=shape, **more)


def output(width, layer="l2", loss="sparse_categorical_crossentropy"):
    return Output(layer=layer, learnt_layer=layer, width=width, shape=(width,), loss=loss)


@pytest.mark.parametrize(
    ("shape", "classes", "state", "expected"),
    [
        ((64,), 10, "stuck", []),
        ((4,), 10, "stuck", []),
        ((2,), 10, "learning", ["advice"]),
        ((2,), 10, "unknown", ["advice"]),
        ((2,), 10, "stuck", ["warning"]),
        ((1,), 10, "unknown", ["warning"]),
        ((1,), 10, "learning", ["advice"]),
        ((2,), 50, "unknown", ["warning"]),
        ((4, 4, 1), 10, "stuck", []),
        ((None, 1), 10, "stuck", []),
        ((2,), 3, "stuck", []),
    ],
)
def test_the_narrowest_layer(severities, stack, shape, classes, state, expected):
    structure = stack(hidden(64), hidden(*shape), hidden(classes))
    assert severities(bottleneck, state, structure=structure, outputs=(output(classes),)) == expected


def test_a_gate_is_none(severities, stack):
    gate = Layer(kind="Multiply", role="merge", inputs=("l0", "l1"), output_shape=(64,))
    structure = stack(hidden(64), hidden(1), gate, hidden(10))
    assert severities(bottleneck, "stuck", structure=structure, outputs=(output(10, "l3"),)) == []


def test_only_classes_need_bits(stack):
    evidence = {"structure": stack(hidden(1), hidden(1)), "learning": None}
    with pytest.raises(Skip):
        list(bottleneck.run({**evidence, "outputs": (output(1, loss="mean_squared_error"),)}))
