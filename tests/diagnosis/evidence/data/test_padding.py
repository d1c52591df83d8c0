"""Padding found in the values of sequences."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.padding import moved, padded_rows

RNG = np.random.default_rng(0)
LENGTHS = RNG.integers(3, 18, 60)


def filled(values, side="end", value=0.0):
    """Sequences cut to their lengths and filled up on one side."""
    places = np.arange(values.shape[1])[None]
    behind = places >= LENGTHS[:, None] if side == "end" else places < values.shape[1] - LENGTHS[:, None]
    result = values.copy()
    result[behind] = value
    return result


@pytest.mark.parametrize("side", ["end", "start"])
@pytest.mark.parametrize("value", [0, -1, 37])
def test_ids(side, value):
    padded = padded_rows(filled(RNG.integers(1, 30, (60, 20)), side, value))
    assert (padded.side, padded.value) == (side, value)
    assert padded.lengths.tolist() == LENGTHS.tolist()
    assert padded.share == pytest.approx(1 - LENGTHS.mean() / 20)


def test_steps_of_features_that_were_scaled_after_they_were_filled_up():
    values = filled(RNG.normal(size=(60, 20, 3)))
    padded = padded_rows((values - values.mean((0, 1))) / values.std((0, 1)))
    assert padded.lengths.tolist() == LENGTHS.tolist()
    assert padded.content.sum() == LENGTHS.sum()


@pytest.mark.parametrize("side", ["end", "start"])
def test_words_that_are_all_the_same(side):
    padded = padded_rows(filled(np.ones((60, 20), int), side))
    assert (padded.side, padded.value) == (side, 0)


@pytest.mark.parametrize(
    "values",
    [
        RNG.integers(0, 3, (60, 20)),  # the last id is as common everywhere else
        RNG.normal(size=(60, 20, 3)),
        np.zeros((60, 20, 3)),
        np.concatenate([RNG.normal(size=(60, 15, 3)), np.zeros((60, 5, 3))], 1),  # one length: no padding to tell
        (RNG.random((60, 20, 1)) < 0.1).astype("float32"),  # rare events
        RNG.integers(0, 9, (60, 2)),
    ],
    ids=["few ids", "noise", "zeros", "one length", "events", "short"],
)
def test_what_is_no_padding(values):
    assert padded_rows(values) is None


def test_borders_of_pictures_are_on_both_sides():
    rows = np.zeros((60, 20, 4))
    for row, length in zip(rows, LENGTHS, strict=True):
        row[10 - length // 2 : 10 + length // 2] = 1 + RNG.random((length // 2 * 2, 4))
    assert padded_rows(rows) is None


@pytest.mark.parametrize("side", ["end", "start"])
def test_moved_to_the_other_side_and_back(side):
    values = filled(RNG.integers(1, 30, (60, 20)), side)
    there = moved(values, padded_rows(values))
    assert padded_rows(there).side != side
    assert (moved(there, padded_rows(there)) == values).all()
