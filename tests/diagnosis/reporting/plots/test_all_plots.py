"""All pictures of a report together."""

from keras_stable.diagnosis.facts import Gradients, History, Probe


def test_without_facts_there_is_nothing_to_see(drawings):
    assert drawings({}) == {}
    empty = {"gradients": Gradients(), "activations": (), "history": History(), "probe": Probe(), "origin": None}
    assert drawings(empty) == {}


def test_every_picture_says_what_is_seen(sample_report, drawings):
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
