"""Outputs, idle units and scales by layer."""

import math

import pytest

from keras_stable.diagnosis.facts import Features, Input, LayerOutput, Probe


def test_outputs_that_are_zero_or_not_finite(drawings):
    layers = (
        LayerOutput("a", mean=0.0, std=0.0, maximum=0.0),
        LayerOutput("b", mean=math.nan, std=math.nan, nonfinite=9),
    )
    found = drawings({"activations": layers})
    assert list(found) == ["Outputs by layer"]
    assert "NaN or infinite values in b." in found["Outputs by layer"].alt
    texts = {text.get_text() for text in found["Outputs by layer"].draw().axes[0].texts}
    assert texts == {"all 0", "9 NaN or infinite"}


def test_token_ids_have_no_scale(drawings):
    assert drawings({"inputs": (Input(consumer="Embedding", maximum=9999.0),)}) == {}
    assert "Scale of inputs and features" in drawings({"inputs": (Input(consumer=""),)})


def values_of(axes):
    return {line.get_label(): list(line.get_xdata()) for line in axes.lines}


def test_each_layer_has_its_three_figures(drawn):
    layers = (LayerOutput("a", mean=-2.0, std=3.0, maximum=9.0), LayerOutput("b", mean=0.5, std=0.25, maximum=4.0))
    assert values_of(drawn({"activations": layers}, "Outputs by layer")) == {
        "standard deviation": [3.0, 0.25],
        "absolute mean": [2.0, 0.5],
        "largest absolute value": [9.0, 4.0],
    }


def test_idle_units_are_percentages_of_the_layers_that_can_have_them(drawn):
    layers = (
        LayerOutput("relu", dead=0.25, saturated=math.nan),
        LayerOutput("plain", dead=math.nan, saturated=math.nan),
        LayerOutput("tanh", dead=math.nan, saturated=0.5),
    )
    title = "Dead and saturated units by layer"
    axes = drawn({"activations": layers}, title)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["relu", "tanh"]
    widths = {container.get_label(): [patch.get_width() for patch in container] for container in axes.containers}
    assert widths == {"dead: always 0": [25], "saturated: always at a bound": [50]}
    later = drawn({"activations": layers, "probe": Probe(dead_after={"plain": 0.75})}, title)
    assert [label.get_text() for label in later.get_yticklabels()] == ["relu", "plain", "tanh"]


def test_scales_are_those_of_what_is_given_and_of_what_enters(drawn, drawings):
    data = Input(
        "x",
        consumer="Dense",
        minimum=-9.0,
        maximum=5.0,
        feature_std=(1.0, 2.0, 3.0),
        entering_std=0.5,
        entering_max=4.0,
    )
    features = Features(layer="readout", std=(0.25, 0.5, 0.75), maximum=6.0)
    facts = {"inputs": (data,), "features": features}
    axes = drawn(facts, "Scale of inputs and features")
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "x as given",
        "x into Dense",
        "features into readout",
    ]
    values = values_of(axes)
    assert values["median standard deviation of a feature"] == [2.0, 0.5, 0.5]
    assert values["largest absolute value"] == [9.0, 4.0, 6.0]
    assert (
        "x as given: standard deviations 1 to 3, largest value 9" in drawings(facts)["Scale of inputs and features"].alt
    )


@pytest.mark.parametrize("change", [{"consumer": ""}, {"entering_std": math.nan}])
def test_what_enters_may_be_unknown(drawn, change):
    data = Input("x", **{"consumer": "Dense", "entering_std": 1.0, **change})
    axes = drawn({"inputs": (data,)}, "Scale of inputs and features")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["x as given"]
