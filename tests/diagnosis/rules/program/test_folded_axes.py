"""Findings of folded-axes on plain facts."""

from dataclasses import replace

import numpy as np
import pytest

from keras_stable.diagnosis.facts import Folding
from keras_stable.diagnosis.rules.program.folded_axes import folded_axes

FOLDED = Folding(along=0.3, steps=0.9, wraps=0.3, ends=1.0, deviations=12.0)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, True),
        ({"steps": 0.4}, False),  # steps are as smooth
        ({"wraps": 1.0}, False),  # a spectrum, a picture
        ({"ends": 0.3}, False),  # frames of a sound
        ({"deviations": 2.0}, False),
    ],
)
def test_all_signs_are_asked_for(change, told):
    assert bool(list(folded_axes.run({"foldings": (replace(FOLDED, **change),)}))) is told


@pytest.mark.parametrize("shape", [(40, 3), (8, 8, 3)])
def test_the_edit_unfolds(shape):
    [found] = folded_axes.run({"foldings": (replace(FOLDED, shape=shape),)})
    right = np.arange(2 * np.prod(shape)).reshape(2, shape[-1], *shape[:-1])
    x = right.reshape(2, *shape)
    assert (eval(found.edits[0].value, {"x": x}) == np.moveaxis(right, 1, -1)).all()
