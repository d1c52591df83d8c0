"""What trials came to."""

import math

import pytest

from keras_stable.diagnosis.facts import Evaluation, Probe, Trial


def test_trials_that_all_failed_and_trials_far_apart(drawings, drawn):
    lost = tuple(Trial(name, loss=math.inf, accuracy=math.nan) for name in ("unchanged", "adam"))
    axes = drawn({"probe": Probe(trials=lost)}, "One thing changed at a time")
    assert [text.get_text() for text in axes.texts] == ["became NaN or infinite"] * 2
    apart = (Trial("adam", loss=0.01), Trial("unchanged", loss=500.0))
    axes = drawn({"probe": Probe(trials=apart)}, "One thing changed at a time")
    assert axes.get_xscale() == "log"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["unchanged", "adam"]
    assert drawings({"probe": Probe(trials=(Trial(),))}) == {}


def probe(*trials, loss=2.3):
    return {"probe": Probe(trials=trials, before=Evaluation(loss=loss))}


TITLE = "One thing changed at a time"
TWO = (Trial("learning_rate/10", 60, 0.5, 0.95), Trial("unchanged", 40, 2.0, math.nan))


def test_the_unchanged_one_comes_first_and_looks_different(drawn):
    axes = drawn(probe(*TWO), TITLE)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["unchanged", "learning rate / 10"]
    values = {container.get_label(): [patch.get_width() for patch in container] for container in axes.containers}
    assert values == {"unchanged": [2.0], "one thing changed": [0.5]}
    hatches = {container.patches[0].get_hatch() for container in axes.containers}
    assert len(hatches) == 2


def test_results_are_in_words(drawings):
    drawing = drawings(probe(*TWO))[TITLE]
    assert drawing.alt == "Bar chart. unchanged: 2.00; learning rate / 10: 0.500, 95 % right."
    assert drawing.caption.startswith("Loss after 40 steps from the same weights; less is better.")
    assert drawing.caption.endswith("Before any step the loss is 2.30.")
    assert "Before any step" not in drawings(probe(*TWO, loss=math.nan))[TITLE].caption


@pytest.mark.parametrize("losses", [(0.0, 0.0), (-2.0, -1.0), (-1.0, 2.0)])
def test_losses_of_any_sign_have_their_place(drawn, losses):
    axes = drawn(probe(*(Trial(name, loss=loss) for name, loss in zip("ab", losses, strict=True))), TITLE)
    low, high = axes.get_xlim()
    assert low < high
    assert low <= min(0, *losses)
    assert high > max(losses)
