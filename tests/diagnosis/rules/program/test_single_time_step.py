import math

import pytest

from keras_stable.diagnosis.facts import Axes, TimeLayer
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.program.single_time_step import single_time_step


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (TimeLayer(steps=1, features=24), "warning"),
        (TimeLayer(steps=1, features=24, mixing="bidirectional"), "warning"),
        (TimeLayer(steps=1, features=24, mixing="attention"), "warning"),
        (TimeLayer(steps=1, features=24, mixing="convolution", kernel=3), "warning"),
        (TimeLayer(steps=1, features=24, mixing="convolution", kernel=1), None),
        (TimeLayer(steps=24, features=1), None),
        (TimeLayer(steps=1, features=24, stateful=True), None),
        (TimeLayer(steps=1, features=24, begun=True), None),  # one step of a decoder
        (TimeLayer(steps=1, features=1), None),
        (TimeLayer(steps=2, features=12), None),
    ],
)
def test_one_step(severity, layer, expected):
    assert severity(single_time_step, time_layers=(layer,), axes=()) == expected


@pytest.mark.parametrize(
    ("axes", "expected"),
    [
        (Axes(steps=3, features=100, along_steps=0.1, along_features=0.95), "warning"),
        (Axes(steps=2, features=100, along_steps=math.nan, along_features=0.95), "warning"),
        (Axes(steps=3, features=100, along_steps=0.9, along_features=0.95), None),  # a spectrum over time
        (Axes(steps=100, features=3, along_steps=0.95, along_features=0.1), None),
        (Axes(steps=3, features=100, along_steps=0.1, along_features=0.3), None),
        (Axes(steps=100, features=3, along_steps=0.1, along_features=0.95), None),  # sensors that agree
        (Axes(steps=3, features=100, along_steps=0.1, along_features=-0.4, interleaved=0.95), "warning"),
        (Axes(steps=3, features=100, along_steps=0.1, along_features=0.5, interleaved=0.95), None),
        (Axes(steps=30, features=12, windows="features"), "warning"),
        (Axes(steps=30, features=12, along_features=0.95, along_steps=0.1, windows="steps"), None),
        (Axes("other", steps=30, features=12, windows="features"), None),
    ],
)
def test_exchanged_axes(severity, axes, expected):
    assert severity(single_time_step, time_layers=(TimeLayer(),), axes=(axes,)) == expected


def test_each_input_is_named_once():
    layers = (TimeLayer("a", steps=1, features=9), TimeLayer("b", steps=1, features=4))
    (found,) = single_time_step.run({"time_layers": layers, "axes": (Axes(steps=1, features=9, windows="features"),)})
    assert found.where == "a"
    assert "`x.reshape(len(x), 9, 1)`" in found.remedy


def test_a_model_without_sequences(severity):
    with pytest.raises(Skip, match="sequence"):
        severity(single_time_step, time_layers=(), axes=())
