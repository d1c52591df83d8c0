"""Findings of unmirrored-targets on plain facts, and on a model that flips what it gets."""

from dataclasses import replace

import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.facts import Mirroring
from keras_stable.diagnosis.rules.program.unmirrored_targets import unmirrored_targets

ODD = Mirroring(own=0.9, same=-0.1, turned=0.9)


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (ODD, True),
        (replace(ODD, layer="random_flip", rows=0), True),
        (replace(ODD, kept=0.1), False),
        (replace(ODD, rows=5), False),
        (Mirroring(), False),
        (Mirroring(own=0.0, same=0.0, turned=0.0, size=0.5), True),
        (Mirroring(own=0.2, same=0.0, turned=0.0, size=0.3), False),
        (Mirroring(spatial=True), True),
        (Mirroring(spatial=True, kept=0.0), False),
    ],
)
def test_targets_with_and_without_a_side(seen, told):
    assert bool(list(unmirrored_targets.run({"mirroring": (seen,)}))) is told


@pytest.mark.parametrize("side", ["horizontal", "vertical"])
def test_a_layer_that_flips_roads_under_their_angle(side):
    rng = np.random.default_rng(0)
    angle = rng.uniform(-1, 1, 200)
    centre = 7.5 + rng.uniform(-1, 1, (200, 1)) + 5 * angle[:, None] * np.linspace(1, 0, 16)[None]
    x = (np.abs(np.arange(16) - centre[..., None]) < 2).astype("float32")[..., None]
    layers = [keras.Input((16, 16, 1)), keras.layers.RandomFlip(side), keras.layers.Flatten(), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile("adam", "mse")
    report = keras_stable.audit(model, x, angle, probe=False, select=["KS724"])
    assert len(report.findings) == (side == "horizontal")
