"""Predicted and true classes."""

from dataclasses import replace

import numpy as np
import pytest

from keras_stable.diagnosis.facts import Evaluation, OutputEvaluation, Probe


def test_many_classes_are_lines_by_the_share_of_the_labels(drawn):
    labels = tuple((k, k + 1) for k in range(60))
    output = OutputEvaluation(label_counts=labels, predicted_counts=((59, 30), (99, 10)))
    axes = drawn({"evaluation": Evaluation(outputs=(output,))}, "Predicted and true classes")
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    assert (np.diff(lines["labels"]) <= 0).all()
    assert lines["predicted"][0] == pytest.approx(75)
    assert lines["predicted"][-1] == pytest.approx(25)
    assert axes.get_xlabel() == "class, by its share of the labels"


def test_several_outputs_and_none_with_classes(drawings):
    output, plain = OutputEvaluation(), OutputEvaluation("price", predicted_counts=(), label_counts=())
    several = {"evaluation": Evaluation(outputs=(output, plain, replace(output, name="kind")))}
    assert list(drawings(several)) == ["Predicted and true classes of output", "Predicted and true classes of kind"]
    assert drawings({"evaluation": Evaluation(outputs=(plain,))}) == {}


def of(**output):
    return {"evaluation": Evaluation(outputs=(OutputEvaluation(**output),))}


def bars(axes):
    return {container.get_label(): [patch.get_height() for patch in container.patches] for container in axes.containers}


def test_shares_are_of_all_samples_by_class(drawn):
    axes = drawn(of(label_counts=((0, 30), (2, 10)), predicted_counts=((0, 1), (5, 3))), "Predicted and true classes")
    assert bars(axes) == {"labels": [75, 25, 0], "predicted": [25, 0, 75]}
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "2", "5"]


@pytest.mark.parametrize(("number", "crowded"), [(20, False), (21, True)])
def test_more_than_20_classes_are_no_bars(drawn, drawings, number, crowded):
    facts = of(label_counts=tuple((k, 1) for k in range(number)), predicted_counts=((0, 1),))
    axes = drawn(facts, "Predicted and true classes")
    assert bool(axes.containers) is not crowded
    kind = "Dot" if crowded else "Bar"
    assert drawings(facts)["Predicted and true classes"].alt.startswith(f"{kind} chart of shares, the largest first.")


def test_classes_without_a_sample_are_not_counted(drawings):
    facts = of(label_counts=((0, 1), (1, 1)), predicted_counts=((0, 2), (1, 0)))
    assert "predicted: 1 of 2 classes, class 0 100 %" in drawings(facts)["Predicted and true classes"].alt


def test_the_probe_is_shown_where_it_changed_something(drawn):
    before = OutputEvaluation(label_counts=((0, 1), (1, 1)), predicted_counts=((0, 2),))
    for predicted, shown in (((1, 2),), True), (((0, 2),), False), ((), False):
        after = Evaluation(outputs=(replace(before, predicted_counts=predicted),))
        facts = {"evaluation": Evaluation(outputs=(before,)), "probe": Probe(after=after)}
        assert ("predicted after the probe" in bars(drawn(facts, "Predicted and true classes"))) is shown


def test_four_outputs_are_shown(drawings):
    outputs = tuple(OutputEvaluation(str(k)) for k in range(6))
    assert len(drawings({"evaluation": Evaluation(outputs=outputs)})) == 4
