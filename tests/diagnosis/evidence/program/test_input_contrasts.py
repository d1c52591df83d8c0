"""What is prepared otherwise is found; what ordinary data sets differ by is not."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.input_contrasts import numbers_contrast


def pictures(rng, n, channels=3):
    shapes = rng.random((n, 1, 1, channels)) * 0.3 + np.array([0.45, 0.35, 0.25, 0.5][:channels])
    return (shapes + 0.15 * rng.normal(size=(n, 12, 12, channels))).clip(0, 1).astype("float32")


def table(rng, n):
    """Numbers, rare indicators, heavy tails and a count."""
    return np.stack(
        [
            *rng.normal(size=(3, n)),
            *(rng.random((4, n)) < 0.02),
            rng.lognormal(0, 1.5, n),
            rng.pareto(2.5, n),
            rng.poisson(2, n),
        ],
        axis=1,
    )


OTHERWISE = {
    "not divided": lambda x: x * 255,
    "minus one to one": lambda x: 2 * x - 1,
    "mean of pixels subtracted": lambda x: x * 255 - np.array([123.7, 116.8, 103.9]),
    "standardized": lambda x: (x - x.mean()) / x.std(),
    "divided twice": lambda x: x / 255,
    "constant": lambda x: np.zeros_like(x) + 0.5,
}


@pytest.mark.parametrize("change", OTHERWISE)
@pytest.mark.parametrize("rows", [40, 300])
def test_pictures_prepared_otherwise(change, rows):
    rng = np.random.default_rng(0)
    seen = numbers_contrast("image", pictures(rng, 600), OTHERWISE[change](pictures(rng, rows)))
    assert seen.differing >= 2, seen


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 2, 0)])
def test_channels_in_another_order(order):
    rng = np.random.default_rng(0)
    seen = numbers_contrast("image", pictures(rng, 400), pictures(rng, 100)[..., list(order)])
    assert tuple(order[i] for i in seen.channels) == (0, 1, 2)
    assert seen.differing == 0 or seen.worst is not None


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("rows", [10, 30, 200])
def test_random_splits_do_not_differ(seed, rows):
    rng = np.random.default_rng(seed)
    for make in (pictures, table):
        seen = numbers_contrast("x", make(rng, 500), make(rng, rows))
        assert seen.differing == 0
        assert seen.channels == ()


def test_augmentation_of_training_alone():
    rng = np.random.default_rng(0)
    training = pictures(rng, 500) * rng.uniform(0.8, 1.2, (500, 1, 1, 1)) + 0.05 * rng.normal(size=(500, 12, 12, 3))
    seen = numbers_contrast("x", training, pictures(rng, 200))
    assert (seen.differing, seen.channels) == (0, ())


@pytest.mark.parametrize("seed", range(10))
def test_series_that_drift_go_on_drifting(seed):
    rng = np.random.default_rng(seed)
    for series in (
        np.cumsum(rng.normal(size=1000)),
        np.arange(1000) + rng.normal(size=1000),
        np.exp(np.arange(1000) / 400),
    ):
        windows = np.stack([series[i : i + 20] for i in range(980)])[..., None]
        assert numbers_contrast("x", windows[:780], windows[780:]).differing == 0


def test_classes_that_come_more_often_in_training_are_weighed():
    rng = np.random.default_rng(0)
    y, yv = (np.arange(600) % 2), (rng.random(400) < 0.03).astype(int)
    x, xv = (labels[:, None] * 6.0 + rng.normal(size=(len(labels), 3)) for labels in (y, yv))
    assert numbers_contrast("x", x, xv).differing == 3
    weights = np.where(y == 1, 0.03, 0.97)
    assert numbers_contrast("x", x, xv, weights).differing == 0
    assert numbers_contrast("x", x, 255 * xv, weights).differing == 3


def test_one_column_in_another_unit():
    rng = np.random.default_rng(0)
    x, xv = table(rng, 500), table(rng, 100)
    xv[:, 1] = 1000 * xv[:, 1] + 5
    seen = numbers_contrast("x", x, xv)
    assert (seen.differing, seen.worst.index) == (1, 1)
    assert seen.worst.scale == pytest.approx(1000, rel=0.3)


def test_too_few_rows_and_numbers_that_are_none():
    rng = np.random.default_rng(0)
    assert numbers_contrast("x", rng.random((100, 2)), 255 * rng.random((5, 2))).features == 0
    assert numbers_contrast("x", rng.random((100, 2)), np.full((50, 2), np.nan)).features == 0
    assert numbers_contrast("x", rng.random((100, 2)), rng.random((50, 3))).features == 0
