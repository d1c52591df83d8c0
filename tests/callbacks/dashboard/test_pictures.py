import io

import numpy as np
import pytest
from PIL import Image

from keras_stable.callbacks.dashboard.pictures import confusion_picture, heat_map, shares_picture, worst_picture


def colours(picture):
    png, width, height = picture
    image = Image.open(io.BytesIO(png)).convert("RGB")
    assert image.size == (width, height)
    return np.asarray(image)


@pytest.mark.parametrize("classes", [2, 10, 100])
def test_a_confusion_matrix_of_any_size(classes):
    right = colours(confusion_picture(10 * np.eye(classes)))
    wrong = colours(confusion_picture(np.roll(10 * np.eye(classes), 1, axis=1), [f"class {i}" for i in range(classes)]))
    assert max(right.shape) < 900
    # The darkest blue is a share of 1.
    assert (right.min(axis=2) < 60).sum() > 20
    assert right.shape != wrong.shape or (right != wrong).any()


def test_classes_without_samples_stay_empty():
    counts = np.zeros((3, 3))
    counts[0, 1] = 4
    assert colours(confusion_picture(counts)).any()
    assert colours(shares_picture(counts.sum(0), counts.sum(1))).any()


def test_of_many_classes_some_are_shown():
    rng = np.random.default_rng(0)
    picture = colours(shares_picture(rng.integers(0, 9, 1000), rng.integers(0, 9, 1000)))
    assert picture.shape[1] < 900


def test_a_heat_map_shows_peaks_and_gaps():
    steps, paths = np.arange(0, 500, 5), [f"layer_{i}/a_rather_long_name/kernel" for i in range(100)]
    norms = np.full((100, 100), 1e-3)
    flat = colours(heat_map(norms, steps, paths))
    norms[50, 3], norms[:, 7] = 1e3, np.nan
    peaked = colours(heat_map(norms, steps, paths))
    assert flat.shape[1] < 700
    assert (flat.shape != peaked.shape) or (flat != peaked).any()
    assert ((peaked == [208, 208, 208]).all(axis=2)).sum() > 50


def test_one_point_and_nothing_finite():
    assert colours(heat_map(np.full((1, 2), np.nan), np.array([3]), ["a", "b"])).any()


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (9, 12, 3)])
def test_the_worst_pictures(shape):
    pictures = np.random.default_rng(0).normal(size=(5, *shape))
    pictures[0] = 0.0
    figures = np.array([[9.0 - i, 0, 1] for i in range(5)])
    assert colours(worst_picture(pictures, figures, ["a", "a class with a long name"])).any()
