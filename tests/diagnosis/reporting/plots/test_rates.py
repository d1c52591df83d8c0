"""The range test and the sharpness."""

import math

import pytest

from keras_stable.diagnosis.facts import Compiled, Curvature, RateRange


def test_a_range_test_without_finite_losses(drawings):
    assert drawings({"rate_range": RateRange((1e-3, 1e-2), (math.nan, math.inf))}) == {}


RANGE = RateRange(
    rates=(1e-4, 1e-3, 1e-2, 0.0), losses=(2.0, 1.0, math.nan, 1.0), best=5e-4, highest=math.nan, own=1e-3
)
TITLE = "Loss while the learning rate grows"


def test_only_what_can_be_drawn_is(drawings, drawn):
    axes = drawn({"rate_range": RANGE}, TITLE)
    lines = {line.get_label(): list(line.get_xdata()) for line in axes.lines}
    assert lines == {"loss": [1e-4, 1e-3], "this model's rate": [1e-3, 1e-3], "steepest descent": [5e-4, 5e-4]}
    assert axes.get_xscale() == "log"
    assert axes.get_yscale() == "linear"
    alt = drawings({"rate_range": RANGE})[TITLE].alt
    assert alt.startswith("Line chart. The loss goes from 2.00 at a rate of 0.000100 to 1.00 at 0.00100.")


def sharpness_of(drawn, **compiled):
    curvature = Curvature(sharpness=8.0, sharpness_after=math.nan)
    facts = {"curvature": curvature, **({"compiled": Compiled(**compiled)} if compiled else {})}
    axes = drawn(facts, "Sharpness of the loss")
    names = [label.get_text() for label in axes.get_yticklabels()]
    return dict(zip(names, [patch.get_width() for patch in axes.patches], strict=True))


def test_the_bound_is_two_over_the_rate(drawn):
    assert sharpness_of(drawn, learning_rate=0.25) == {"sharpness now": 8.0, "2 / learning rate": 8.0}
    assert sharpness_of(drawn, learning_rate=0.0) == {"sharpness now": 8.0}
    assert sharpness_of(drawn) == {"sharpness now": 8.0}


@pytest.mark.parametrize("sharpness", [0.0, -1.0, math.nan])
def test_what_is_not_curved_has_no_picture(drawings, sharpness):
    assert drawings({"curvature": Curvature(sharpness=sharpness)}) == {}
