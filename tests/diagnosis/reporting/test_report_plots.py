import math
from dataclasses import replace

import numpy as np
import pytest

from keras_stable.diagnosis.facts import (
    Evaluation,
    Gradients,
    History,
    Input,
    LayerOutput,
    OutputEvaluation,
    Probe,
    RateRange,
    Trial,
    VariableGradient,
)
from keras_stable.diagnosis.reporting.plots import PLOTS


def drawings(facts):
    return {drawing.title: drawing for plot in PLOTS for drawing in plot(facts)}


def drawn(facts, title):
    return drawings(facts)[title].draw().axes[0]


def points(axes):
    """Returns what is drawn by the label of the legend, as {row or x: value}; lines across are left out."""
    lines = {line.get_label(): line.get_xydata() for line in axes.lines if len(line.get_xydata()) and line.get_marker()}
    return {label: np.asarray(data) for label, data in lines.items()}


def test_without_facts_there_is_nothing_to_see():
    assert drawings({}) == {}
    empty = {"gradients": Gradients(), "activations": (), "history": History(), "probe": Probe(), "origin": None}
    assert drawings(empty) == {}


def test_every_picture_says_what_is_seen(sample_report):
    found = drawings(sample_report.facts)
    assert len(found) == 13
    alts = {title: drawing.alt for title, drawing in found.items()}
    assert "exactly 0; encoder/unused/kernel: no gradient." in alts["Gradient norm by variable"]
    assert "119 of 120 steps were clipped." in alts["Gradient norm by step of the probe"]
    assert "learning rate x 10: became NaN or infinite." in alts["One thing changed at a time"]
    assert "predicted: 3 of 10 classes, class 3 86 %" in alts["Predicted and true classes"]
    assert "1 of 120 values are NaN or infinite. Best constant answer: 2.30." in alts["Loss by step of the probe"]
    assert "validation goes from 10 % to 71 %" in alts["Accuracy by epoch"]
    assert alts["Sharpness of the loss"] == (
        "Bar chart. sharpness now 950, sharpness after the probe 310, 2 / learning rate 200."
    )
    assert "dead after the probe: encoder/dense 95 %" in alts["Dead and saturated units by layer"]
    assert "this model's rate 0.0100" in alts["Loss while the learning rate grows"]
    assert "features into readout: standard deviations 0.01 to 140" in alts["Scale of inputs and features"]


def test_gradients_from_the_input_down_encoder_and_readout_apart(sample_report):
    axes = drawn(sample_report.facts, "Gradient norm by variable")
    encoder, readout = (axes.get_legend_handles_labels()[0][index].get_xdata() for index in (0, 1))
    assert encoder[0] == pytest.approx((3200 + 1.3 * 3200 + 0.8 * 3200) / 3)
    assert np.isnan(encoder[5:]).all()
    assert np.flatnonzero(np.isfinite(readout)).tolist() == [6, 7]
    assert axes.get_xscale() == "log"
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    assert {text.get_text() for text in axes.texts} == {"exactly 0", "no gradient"}


def test_many_variables_are_shown_by_layer_and_many_layers_fit():
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


def test_the_steps_of_a_nan_are_marked(sample_report):
    axes = drawn(sample_report.facts, "Loss by step of the probe")
    marks = points(axes)["NaN or infinite"]
    assert marks[:, 0].tolist() == [120]
    assert axes.get_yscale() == "log"


def test_a_loss_that_was_never_finite_is_drawn_as_such():
    probe = Probe(loss=(math.nan,) * 3, grad_norm=(math.inf,) * 3, applied_norm=(math.inf,) * 3)
    found = drawings({"probe": probe, "history": History(loss=(math.nan, math.nan))})
    assert "loss of the batch is never a finite number." in found["Loss by step of the probe"].alt
    for drawing in found.values():
        drawing.draw()


def test_losses_below_zero_get_a_plain_axis():
    axes = drawn({"history": History(loss=(2.0, -1.0, -30.0), constant_loss=math.nan)}, "Loss by epoch")
    assert axes.get_yscale() == "linear"
    assert [line.get_label() for line in axes.lines] == ["training"]


def test_many_classes_are_lines_by_the_share_of_the_labels():
    labels = tuple((k, k + 1) for k in range(60))
    output = OutputEvaluation(label_counts=labels, predicted_counts=((59, 30), (99, 10)))
    axes = drawn({"evaluation": Evaluation(outputs=(output,))}, "Predicted and true classes")
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    assert (np.diff(lines["labels"]) <= 0).all()
    assert lines["predicted"][0] == pytest.approx(75)
    assert lines["predicted"][-1] == pytest.approx(25)
    assert axes.get_xlabel() == "class, by its share of the labels"


def test_several_outputs_and_none_with_classes():
    output, plain = OutputEvaluation(), OutputEvaluation("price", predicted_counts=(), label_counts=())
    several = {"evaluation": Evaluation(outputs=(output, plain, replace(output, name="kind")))}
    assert list(drawings(several)) == ["Predicted and true classes of output", "Predicted and true classes of kind"]
    assert drawings({"evaluation": Evaluation(outputs=(plain,))}) == {}


def test_trials_that_all_failed_and_trials_far_apart():
    lost = tuple(Trial(name, loss=math.inf, accuracy=math.nan) for name in ("unchanged", "adam"))
    axes = drawn({"probe": Probe(trials=lost)}, "One thing changed at a time")
    assert [text.get_text() for text in axes.texts] == ["became NaN or infinite"] * 2
    apart = (Trial("adam", loss=0.01), Trial("unchanged", loss=500.0))
    axes = drawn({"probe": Probe(trials=apart)}, "One thing changed at a time")
    assert axes.get_xscale() == "log"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["unchanged", "adam"]
    assert drawings({"probe": Probe(trials=(Trial(),))}) == {}


def test_outputs_that_are_zero_or_not_finite():
    layers = (
        LayerOutput("a", mean=0.0, std=0.0, maximum=0.0),
        LayerOutput("b", mean=math.nan, std=math.nan, nonfinite=9),
    )
    found = drawings({"activations": layers})
    assert list(found) == ["Outputs by layer"]
    assert "NaN or infinite values in b." in found["Outputs by layer"].alt
    texts = {text.get_text() for text in found["Outputs by layer"].draw().axes[0].texts}
    assert texts == {"all 0", "9 NaN or infinite"}


def test_token_ids_have_no_scale():
    assert drawings({"inputs": (Input(consumer="Embedding", maximum=9999.0),)}) == {}
    assert "Scale of inputs and features" in drawings({"inputs": (Input(consumer=""),)})


def test_a_range_test_without_finite_losses():
    assert drawings({"rate_range": RateRange((1e-3, 1e-2), (math.nan, math.inf))}) == {}
