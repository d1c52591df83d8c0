import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.patterns import Patterns, places_of

GRID = np.mgrid[:24, :24]


def discs(rng, n):
    """Pictures of discs under noise and their masks; discs are more often in the middle."""
    centre = rng.normal(12, 4, (n, 2))[:, :, None, None]
    radius = rng.uniform(2, 6, n)[:, None, None]
    mask = (np.square(GRID[None] - centre).sum(axis=1) < radius**2).astype("float32")
    return (0.5 * mask + 0.15 * rng.normal(size=mask.shape)).astype("float32")[..., None], mask[..., None]


def deviations(patterns, labels):
    return (patterns.explained(labels) - patterns.dealt.mean()) / patterns.dealt.std()


@pytest.mark.parametrize("form", ["column", "flat", "ids", "shares"])
def test_masks_of_every_form(form):
    rng = np.random.default_rng(0)
    x, y = discs(rng, 80)
    masks = {
        "column": y,
        "flat": y[..., 0],
        "ids": (y[..., 0] * 3).astype("int32"),
        "shares": np.concatenate([1 - y, y], axis=-1),
    }[form]
    patterns = Patterns(x, masks)
    assert deviations(patterns, masks) > 30
    assert abs(deviations(patterns, masks[rng.permutation(80)])) < 4
    assert patterns.elsewhere(masks) <= 3


@pytest.mark.parametrize("seed", range(5))
def test_masks_in_another_order_are_seen_to_fit_other_pictures(seed):
    rng = np.random.default_rng(seed)
    x, y = discs(rng, 150)
    moved = y[rng.permutation(150)]
    assert Patterns(x, moved).elsewhere(moved) > 0.08 * 150
    noise = rng.random(y.shape) > 0.5
    assert Patterns(x, noise).elsewhere(noise) < 0.05 * 150


def test_texture_tells_masks_of_equal_brightness():
    rng = np.random.default_rng(0)
    _, y = discs(rng, 80)
    rough = 0.5 + np.where(y > 0, 0.3, 0.02) * rng.normal(size=y.shape)
    assert deviations(Patterns(rough, y), y) > 10


def test_sequences_and_shapes_that_do_not_match():
    assert places_of(np.zeros((5, 30, 4)), np.zeros((5, 30, 2))) == (30,)
    assert places_of(np.zeros((5, 30, 4)), np.zeros((5, 3))) is None
    assert places_of(np.zeros((5, 30)), np.zeros((5, 30))) is None
    rng = np.random.default_rng(0)
    series = rng.normal(size=(60, 40, 2))
    steps = series[..., 0] > 1
    assert deviations(Patterns(series, steps), steps) > 20


def test_pictures_that_are_all_the_same():
    with pytest.raises(ValueError, match="same in all rows"):
        Patterns(np.ones((20, 8, 8, 1)), np.random.default_rng(0).random((20, 8, 8, 1)) > 0.5)
