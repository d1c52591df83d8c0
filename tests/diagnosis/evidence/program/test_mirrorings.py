"""Pictures of a road and their angle, mirrored with it and without."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.program.mirrorings import mirrored_rows, seen_mirrorings
from keras_stable.diagnosis.rules.program.unmirrored_targets import unmirrored_targets

rng = np.random.default_rng(0)
ANGLE = rng.uniform(-1, 1, 300)
CENTRE = 12 + rng.uniform(-1, 1, 300)[:, None] + 7 * ANGLE[:, None] * np.linspace(1, 0, 16)[None] ** 2
ROADS = (np.abs(np.arange(24) - CENTRE[..., None]) < 3) + 0.1 * rng.normal(size=(300, 16, 24))
ROADS = ROADS[..., None].astype("float32")
FLIPPED = rng.random(300) < 0.5


def turned(rows):
    return np.where(rows[:, None, None, None], ROADS[:, :, ::-1], ROADS)


def told(before, after):
    seen = tuple(seen_mirrorings(("road", "angle"), Batch(*before), Batch(*after), epoch=4))
    return list(unmirrored_targets.run({"mirroring": seen})) if seen else []


def test_which_rows_are_mirror_images():
    match = mirrored_rows(ROADS, turned(FLIPPED), 2)
    assert (match[FLIPPED] == np.flatnonzero(FLIPPED)).all()
    assert (match[~FLIPPED] == -1).all()
    assert (mirrored_rows(ROADS, ROADS, 1) == -1).all()


@pytest.mark.parametrize(
    ("target", "other", "sick"),
    [
        (ANGLE, ANGLE, True),
        (ANGLE, np.where(FLIPPED, -ANGLE, ANGLE), False),
        (np.abs(ANGLE), np.abs(ANGLE), False),  # has no side
        (rng.normal(size=300), None, False),  # pictures tell nothing of it
        (np.stack([np.abs(ANGLE), 3 * ANGLE + 50], axis=1), None, True),
    ],
)
def test_a_later_epoch(target, other, sick):
    found = told((ROADS, target), (turned(FLIPPED), target if other is None else other))
    assert bool(found) is sick


def test_a_first_epoch_that_is_mirrored_as_well():
    early = rng.random(300) < 0.5
    wrong = told((turned(early), ANGLE), (turned(FLIPPED), ANGLE))
    assert len(wrong) == 1
    right = told((turned(early), np.where(early, -ANGLE, ANGLE)), (turned(FLIPPED), np.where(FLIPPED, -ANGLE, ANGLE)))
    assert right == []


def test_a_mask_is_turned_with_its_picture():
    masks = ROADS > 0.5
    assert told((ROADS, masks), (turned(FLIPPED), masks))
    assert told((ROADS, masks), (turned(FLIPPED), turned(FLIPPED) > 0.5)) == []
