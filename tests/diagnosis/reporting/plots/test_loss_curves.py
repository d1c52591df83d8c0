"""Losses and accuracies over epochs and steps."""

import math

import pytest

from keras_stable.diagnosis.facts import Evaluation, History, Learning, OutputEvaluation, Probe


def test_a_loss_that_was_never_finite_is_drawn_as_such(drawings):
    probe = Probe(loss=(math.nan,) * 3, grad_norm=(math.inf,) * 3, applied_norm=(math.inf,) * 3)
    found = drawings({"probe": probe, "history": History(loss=(math.nan, math.nan))})
    assert "loss of the batch is never a finite number." in found["Loss by step of the probe"].alt
    for drawing in found.values():
        drawing.draw()


def test_losses_below_zero_get_a_plain_axis(drawn):
    axes = drawn({"history": History(loss=(2.0, -1.0, -30.0), constant_loss=math.nan)}, "Loss by epoch")
    assert axes.get_yscale() == "linear"
    assert [line.get_label() for line in axes.lines] == ["training"]


def test_training_and_validation_are_drawn_with_the_constant_answer(drawings, drawn):
    facts = {"history": History(loss=(2.0, 1.0), val_loss=(2.5, 1.5), constant_loss=2.25)}
    axes = drawn(facts, "Loss by epoch")
    lines = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
    assert lines == {"training": [2.0, 1.0], "validation": [2.5, 1.5], "best constant answer": [2.25, 2.25]}
    assert axes.lines[0].get_xdata().tolist() == [1, 2]
    assert drawings(facts)["Loss by epoch"].alt.endswith("Best constant answer: 2.25.")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "loss")


def test_a_history_of_validation_alone_is_drawn(drawings):
    assert list(drawings({"history": History(val_loss=(1.0, 2.0))})) == ["Loss by epoch"]


@pytest.mark.parametrize(("first", "scale"), [(10.1, "log"), (9.9, "linear")])
def test_tenfold_differences_get_a_logarithmic_axis(drawings, drawn, first, scale):
    facts = {"history": History(loss=(first, 1.0), constant_loss=math.nan)}
    assert drawn(facts, "Loss by epoch").get_yscale() == scale
    assert ("on a logarithmic axis" in drawings(facts)["Loss by epoch"].caption) is (scale == "log")


def test_accuracies_are_percentages(drawn, drawings):
    facts = {"history": History(accuracy=(0.25, 0.5), val_accuracy=(0.1, 0.2), majority_share=0.125)}
    axes = drawn(facts, "Accuracy by epoch")
    lines = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
    assert lines == {"training": [25, 50], "validation": [10, 20], "always the commonest label": [12.5, 12.5]}
    assert drawings({"history": History(loss=(1.0,))}).keys() == {"Loss by epoch"}


@pytest.mark.parametrize(
    ("more", "level"),
    [
        ({"learning": Learning(constant_loss=1.5), "evaluation": Evaluation()}, 1.5),
        ({"learning": Learning(constant_loss=math.nan), "evaluation": Evaluation()}, 2.3026),
        ({"evaluation": Evaluation(outputs=(OutputEvaluation(), OutputEvaluation("b")))}, None),
        ({}, None),
    ],
)
def test_where_the_constant_answer_of_a_probe_comes_from(drawn, more, level):
    axes = drawn({"probe": Probe(loss=(2.0, 1.9)), **more}, "Loss by step of the probe")
    levels = [line.get_ydata()[0] for line in axes.lines if line.get_label() == "best constant answer"]
    assert levels == ([] if level is None else [level])
