"""Labels of each step that are later inputs."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.step_shifts import step_shift

RNG = np.random.default_rng(0)
IDS = RNG.integers(0, 12, (40, 21))
SERIES = RNG.normal(size=(40, 21, 3)).astype("float32")


def one_hot(ids):
    return np.eye(12, dtype="float32")[ids]


@pytest.mark.parametrize(
    ("x", "y", "shift", "feature"),
    [
        (IDS[:, :-1], IDS[:, 1:], 1, 0),
        (IDS[:, :-1], IDS[:, 1:, None], 1, 0),
        (one_hot(IDS[:, :-1]), IDS[:, 1:], 1, 0),
        (IDS[:, :-1], one_hot(IDS[:, 1:]), 1, 0),
        (IDS[:, :-3], IDS[:, 3:], 3, 0),
        (SERIES[:, :-1], SERIES[:, 1:, 2], 1, 2),
        (SERIES[:, :-1], SERIES[:, 1:, 2:], 1, 2),
        (SERIES[:, :-1], SERIES[:, 1:], 1, 0),
    ],
)
def test_the_shift(x, y, shift, feature):
    found = step_shift(x, y)
    assert (found.shift, found.feature, found.share) == (shift, feature, 1.0)


def test_ids_that_the_loss_leaves_out_do_not_count():
    x, y = IDS[:, :-1].copy(), IDS[:, 1:].copy()
    x[:, 9:], y[:, 8:] = 0, -100
    assert step_shift(x, y).shift == 1


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (IDS, IDS),  # a reconstruction
        (IDS[:, 1:], IDS[:, :-1]),  # the last input
        (np.tile([3, 5], (40, 10)), np.tile([3, 5], (40, 10))),  # a reconstruction of what repeats
        (IDS, IDS // 2),  # tags
        (IDS, IDS[:, 0]),
        (np.zeros((40, 20)), np.zeros((40, 20))),
        (SERIES, SERIES.sum(-1)),
        (np.array([["a"] * 20] * 40), IDS[:, :-1]),
    ],
    ids=["same", "before", "periodic", "tags", "one label", "constant", "sum", "text"],
)
def test_what_are_no_later_inputs(x, y):
    assert step_shift(x, y) is None
