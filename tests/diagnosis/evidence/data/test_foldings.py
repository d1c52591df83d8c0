"""Rows whose channels stand one after the other, against rows that only look so."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.foldings import folding
from keras_stable.diagnosis.rules.program.folded_axes import folded_axes

rng = np.random.default_rng(0)


def smooth(*shape, width=4):
    noise = rng.normal(size=(*shape[:-1], shape[-1] + width))
    return sum(noise[..., k : k + shape[-1]] for k in range(width)) / width**0.5


SENSORS = smooth(200, 3, 40)
PICTURES = np.cumsum(np.cumsum(rng.normal(size=(200, 3, 12, 12)), axis=2), axis=3)
SPECTRA = smooth(200, 64, 32) + np.cumsum(rng.normal(size=(200, 64, 32)), axis=2)
SICK = {
    "sensors": SENSORS.reshape(200, 40, 3),
    "other units": (SENSORS * [[1], [100], [5]] + 7).reshape(200, 40, 3),
    "pictures": PICTURES.reshape(200, 12, 12, 3),
}
HEALTHY = {
    "sensors": SENSORS.transpose(0, 2, 1),
    "alike": np.repeat(SENSORS[:, :1], 4, axis=1).transpose(0, 2, 1) + 0.1 * rng.normal(size=(200, 40, 4)),
    "pictures": PICTURES.transpose(0, 2, 3, 1),
    "frames of a sound": smooth(200, 1600).reshape(200, 100, 16),
    "spectra": SPECTRA,
    "one-hot": np.eye(8)[rng.integers(0, 8, (200, 30))],
    "noise": rng.normal(size=(200, 30, 5)),
}


@pytest.mark.parametrize("name", SICK)
def test_folded(name):
    assert list(folded_axes.run({"foldings": (folding("x", SICK[name]),)}))


@pytest.mark.parametrize("name", HEALTHY)
def test_not_folded(name):
    assert not list(folded_axes.run({"foldings": (folding("x", HEALTHY[name]),)}))


def test_of_what_nothing_can_be_said():
    shapes = [(200, 8), (200, 8, 8), (200, 4, 2), (10, 40, 3)]
    assert [folding("x", rng.normal(size=shape)) for shape in shapes] == [None] * 4
    assert folding("x", np.zeros((200, 40, 3))) is None
    assert folding("x", np.full((200, 40, 3), np.nan)) is None
