from dataclasses import replace

import numpy as np
import pytest

from keras_stable.diagnosis.facts import Probe
from keras_stable.diagnosis.rules.program._terms import subtracted_term

STEPS = np.arange(60)
RNG = np.random.default_rng(0)
REBUILT = 5 + 0.1 * RNG.normal(size=60)
RISING = 0.5 * np.exp(STEPS / 10) * (1 + 0.05 * RNG.normal(size=60))


def probed(loss, **terms):
    return Probe(loss=tuple(loss), losses={"loss": tuple(loss), **{name: tuple(term) for name, term in terms.items()}})


@pytest.mark.parametrize("factor", [-1.0, -0.01])
def test_a_term_that_is_subtracted(factor):
    term = subtracted_term(probed(REBUILT + factor * RISING, rebuilt_loss=REBUILT, kl_loss=RISING))
    assert term.name == "kl_loss"
    assert term.factor == pytest.approx(factor, rel=1e-6)
    assert term.last > 10 * term.first


@pytest.mark.parametrize(
    "sound",
    [
        probed(REBUILT + 1 / RISING, rebuilt_loss=REBUILT, kl_loss=1 / RISING),
        probed(REBUILT[::-1] - RISING + RNG.normal(size=60), rebuilt_loss=REBUILT, kl_loss=RISING),  # another sum
        probed(
            20 - STEPS / 3 - 0.001 * RISING, rebuilt_loss=20 - STEPS / 3, bonus_loss=RISING
        ),  # it falls by the other
        probed(REBUILT),
        Probe(),
    ],
)
def test_sums_without_one(sound):
    assert subtracted_term(sound) is None


def test_numbers_that_end():
    spoiled = probed(REBUILT - RISING, rebuilt_loss=REBUILT, kl_loss=RISING)
    assert subtracted_term(replace(spoiled, loss=(*spoiled.loss[:-1], float("nan")))) is None
