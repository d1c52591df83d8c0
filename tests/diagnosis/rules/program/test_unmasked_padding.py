import math

import pytest

from keras_stable.diagnosis.facts import Padding, TimeLayer
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.program.unmasked_padding import unmasked_padding

WASHED = Padding(share=0.8, median=10, longest=30, steps=60, washed_out=0.9, moved=1.2)
UNMEASURED = Padding(share=0.8, median=10, longest=30, steps=60)
LEADING = Padding(side="start", share=0.8, median=10, longest=30, steps=60)


@pytest.fixture
def judged(severity, learning):
    def run(layer, padding, state="unknown", **more):
        evidence = {"time_layers": (layer,), "padding": (padding,), "learning": learning(state, **more)}
        return severity(unmasked_padding, **evidence)

    return run


@pytest.mark.parametrize(
    ("layer", "padding", "expected"),
    [
        (TimeLayer(), WASHED, "warning"),
        (TimeLayer(hidden=0.75), WASHED, None),  # it gets a mask
        (TimeLayer(hidden=0.0), WASHED, "warning"),  # a mask of something else
        (TimeLayer(), Padding(share=0.8, steps=60, median=10, washed_out=0.1), None),
        (TimeLayer(), Padding(share=0.8, steps=60, median=10, washed_out=0.1, moved=0.9), "warning"),
        (TimeLayer(mixing="bidirectional"), Padding(share=0.8, steps=60, washed_out=0.1, moved=0.9), None),
        (TimeLayer(), Padding(share=0.3, steps=60, washed_out=0.1, moved=0.9), None),
        (TimeLayer(), UNMEASURED, "warning"),
        (TimeLayer(), LEADING, None),
        (TimeLayer(mixing="backwards"), LEADING, "warning"),
        (TimeLayer(mixing="bidirectional"), UNMEASURED, None),
        (TimeLayer(last=False), UNMEASURED, None),
        (TimeLayer(), Padding(share=0.2, steps=20, median=15), None),
        (TimeLayer(mixing="average"), Padding(share=0.85), "warning"),
        (TimeLayer(mixing="average"), Padding(share=0.3), "advice"),
        (TimeLayer(mixing="attention", last=False), Padding(share=0.85), "advice"),
        (TimeLayer(mixing="attention", last=False), Padding(share=0.85, washed_out=0.0), "warning"),
        (TimeLayer(mixing="convolution"), WASHED, None),
        (TimeLayer(mixing="maximum"), WASHED, None),
        (TimeLayer(source="other"), WASHED, None),
    ],
)
def test_what_the_padding_enters(judged, layer, padding, expected):
    assert judged(layer, padding) == expected


def test_a_model_that_learns_has_got_over_it(judged):
    solved = {"last": 0.05, "constant_loss": 0.69, "source": "history"}
    assert judged(TimeLayer(), WASHED, "learning", **solved) == "advice"
    assert judged(TimeLayer(), WASHED, "learning", last=0.5, constant_loss=0.69, source="history") == "warning"
    # A few hundred steps of a copy are no training: the padding is in its way.
    assert judged(TimeLayer(), WASHED, "learning", last=0.05, constant_loss=0.69, source="probe") == "warning"
    average = TimeLayer(mixing="average")
    assert judged(average, Padding(share=0.3), "learning", **solved) is None
    assert judged(average, Padding(share=0.3), "stuck") == "advice"
    assert judged(average, Padding(share=0.6), "stuck") == "warning"


def only(layer, padding, learning):
    (found,) = unmasked_padding.run({"time_layers": (layer,), "padding": (padding,), "learning": learning("stuck")})
    return found


def test_it_says_where_the_mask_is_lost(learning):
    found = only(TimeLayer("gru", "GRU", lost="reshape"), WASHED, learning)
    assert "enters gru (GRU) without a mask: 80% of the steps" in found.message
    assert "the mask is lost at reshape" in found.message
    assert found.remedy.startswith("Have reshape hand its mask on")


@pytest.mark.parametrize(
    ("padding", "hidden", "words"),
    [
        (Padding(ids=True, share=0.9), math.nan, "`mask_zero=True` in the `Embedding`, so"),
        (Padding(ids=True, share=0.9, value=1.0), math.nan, "and pad with 0 in place of 1"),
        (Padding(share=0.9, value=-1.0), math.nan, "Masking(mask_value=-1)"),
        (Padding(share=0.9, value=-1.0), 0.0, "mask the value -1"),
        (Padding(share=0.9, value=-0.4, uniform=False), 0.0, "fill up with 0 after"),
    ],
)
def test_the_remedy(learning, padding, hidden, words):
    assert words in only(TimeLayer(mixing="average", hidden=hidden), padding, learning).remedy


def test_sequences_of_one_length(severity, learning):
    with pytest.raises(Skip, match="different lengths"):
        severity(unmasked_padding, time_layers=(TimeLayer(),), padding=(), learning=learning())
