"""Gradients by variable or layer, updates, and the norms of steps."""

import math

import numpy as np
import pytest

from keras_stable.diagnosis.facts import Gradients, Probe, VariableGradient


def test_gradients_from_the_input_down_encoder_and_readout_apart(sample_report, drawn):
    axes = drawn(sample_report.facts, "Gradient norm by variable")
    encoder, readout = (axes.get_legend_handles_labels()[0][index].get_xdata() for index in (0, 1))
    assert encoder[0] == pytest.approx((3200 + 1.3 * 3200 + 0.8 * 3200) / 3)
    assert np.isnan(encoder[5:]).all()
    assert np.flatnonzero(np.isfinite(readout)).tolist() == [6, 7]
    assert axes.get_xscale() == "log"
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    assert {text.get_text() for text in axes.texts} == {"exactly 0", "no gradient"}


def test_many_variables_are_shown_by_layer_and_many_layers_fit(drawn):
    variables = [
        VariableGradient(
            f"a_rather_long_block_name_{k}/dense/{name}", f"block_{k}", k, norms=(3.0,), nonfinite=int(k == 7)
        )
        for k in range(100)
        for name in ("kernel", "bias")
    ]
    facts = {"gradients": Gradients((*variables, VariableGradient("c", "last", 100, "readout", norms=(4.0, math.nan))))}
    axes = drawn(facts, "Gradient norm by layer")
    assert axes.get_legend_handles_labels()[0][0].get_xdata()[0] == pytest.approx(math.sqrt(18))
    assert len(axes.get_yticks()) <= 30
    assert axes.figure.get_figheight() < 11
    assert [text.get_text() for text in axes.texts] == ["NaN or infinite in 1 of 3 batches"]


def gradients_of(*variables, norms=(3.0, 4.0)):
    return {"gradients": Gradients(tuple(variables), norms)}


@pytest.mark.parametrize(("number", "title"), [(24, "variable"), (25, "layer")])
def test_of_more_than_24_variables_the_layers_are_shown(drawings, number, title):
    variables = [VariableGradient(f"a/{k}", "a", norms=(1.0,)) for k in range(number)]
    assert list(drawings(gradients_of(*variables))) == [f"Gradient norm by {title}"]


def test_batches_that_are_not_finite_are_left_out_of_the_mean(drawn):
    variable = VariableGradient("a", "a", norms=(1.0, math.nan, 5.0, math.inf), nonfinite=2)
    axes = drawn(gradients_of(variable), "Gradient norm by variable")
    assert axes.lines[0].get_xdata().tolist() == [3.0]
    assert [segment.tolist() for segment in axes.collections[0].get_segments()] == [[[1.0, 0.0], [5.0, 0.0]]]


def test_many_without_a_usual_gradient_are_counted(drawings):
    variables = [VariableGradient(f"v{k}", "a", norms=(), received=False) for k in range(10)]
    alt = drawings(gradients_of(*variables))["Gradient norm by variable"].alt
    assert "v7: no gradient; 2 more such." in alt
    assert "v8" not in alt


def test_updates_that_move_nothing_are_left_out(drawings, drawn):
    facts = {"probe": Probe(update_ratio={"a": 0.0, "b": 0.01, "c": math.nan})}
    axes = drawn(facts, "Size of an update by variable")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["b"]
    assert {line.get_label() for line in axes.lines} == {"median", "0.0001: hardly moves", "0.1: leaps"}
    assert drawings({"probe": Probe(update_ratio={"a": 0.0})}) == {}


@pytest.mark.parametrize(
    ("applied", "said", "curves"),
    [
        ((1.0, 2.0), "No step was clipped.", 1),
        # A thousandth is rounding.
        ((1.0, 1.999), "No step was clipped.", 1),
        ((1.0, 1.99), "1 of 2 steps were clipped.", 2),
        ((0.5, 0.5), "2 of 2 steps were clipped.", 2),
    ],
)
def test_clipped_steps_are_counted(drawings, applied, said, curves):
    facts = {"probe": Probe(grad_norm=(1.0, 2.0), applied_norm=applied)}
    drawing = drawings(facts)["Gradient norm by step of the probe"]
    assert drawing.alt.endswith(said)
    assert len(drawing.draw().axes[0].lines) == curves
