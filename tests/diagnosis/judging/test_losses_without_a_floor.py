"""Where the least loss is not known, thirty standard deviations of the noise stand for all there is to gain."""

import math

import numpy as np
import pytest

from keras_stable.diagnosis.facts import Evaluation, History, Plan, Probe
from keras_stable.diagnosis.judging.learning import judge
from keras_stable.diagnosis.progress import noise_of

NOISE = 0.01
WHOLE = 0.3


def alternating(start, end, count):
    """A straight line with a noise of exactly 0.01 around it, whose mean over an even number of values is the line's.

    Second differences of values that alternate by a are 4 a; `noise_of` divides their median by 0.6745 sqrt(6).
    """
    size = NOISE * 0.6745 * math.sqrt(6) / 4
    return [*(np.linspace(start, end, count) + size * np.where(np.arange(count) % 2, 1, -1))]


@pytest.mark.parametrize("constant", [math.nan, 1.0])
@pytest.mark.parametrize(
    ("share", "state"),
    [(0.015, "stuck"), (0.025, "slow"), (0.09, "slow"), (0.11, "learning"), (-0.45, "stuck"), (-0.55, "diverging")],
)
def test_a_history(share, state, constant):
    last = 1.0 - share * WHOLE
    losses = (1.0, *alternating(1.0, last, 400)[1:-1], last)
    assert noise_of(losses) == pytest.approx(NOISE)
    assert judge(Plan(), history=History(loss=losses, constant_loss=constant, floor=math.nan)).state == state


@pytest.mark.parametrize("constant", [math.nan, 1.0])
@pytest.mark.parametrize(
    ("share", "state"), [(0.09, "stuck"), (0.11, "learning"), (-0.45, "stuck"), (-0.55, "diverging")]
)
def test_a_probe(share, state, constant):
    last = 1.0 - share * WHOLE
    before, after = (Evaluation(loss=loss, constant_loss=constant, floor=math.nan) for loss in (1.0, last))
    losses = (*alternating(1.0, 1.0, 60), *alternating(last, last, 60))
    assert noise_of(losses) == pytest.approx(NOISE)
    assert judge(Plan(), probe=Probe(steps=120, loss=losses, before=before, after=after)).state == state
