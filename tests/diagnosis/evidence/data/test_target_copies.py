"""Targets that stand in the inputs."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.target_copies import copy_of_target

RNG = np.random.default_rng(0)
SERIES = np.cumsum(RNG.normal(size=(400, 3)), 0).astype("float32")
WINDOWS = np.stack([SERIES[i : i + 12] for i in range(300)])
TABLE = RNG.normal(size=(300, 5)).astype("float32")
BITS = (RNG.random((300, 5)) < 0.5).astype("float32")


def copied(x, y):
    return copy_of_target("x", x, "y", y)


@pytest.mark.parametrize(
    ("y", "place", "factor"),
    [
        (WINDOWS[:, -1, 1], (11, 1), 1.0),
        (WINDOWS[:, 4, :1], (4, 0), 1.0),
        (2.5 * WINDOWS[:, -1, 0] - 7, (11, 0), 2.5),
        (np.stack([SERIES[i + 11 : i + 15, 2] for i in range(300)]), (11, 2), 1.0),  # several steps, one too early
    ],
)
def test_a_step_of_the_window(y, place, factor):
    found = copied(WINDOWS, y)
    assert found.place == place
    assert found.factor == pytest.approx(factor, rel=1e-3)
    assert (found.steps, found.copied, found.share) == (12, 1, 1.0)


def test_a_few_rows_may_differ():
    y = 2 * WINDOWS[:, -1, 0] + 1
    y[::40] = 0
    assert 0.95 < copied(WINDOWS, y).share < 1
    y[::10] = 0
    assert copied(WINDOWS, y) is None


def test_a_window_as_a_table():
    assert copied(WINDOWS[..., 0], 3 * WINDOWS[:, -1, 0] + 1).place == (11,)


def test_a_column_of_a_table():
    found = copied(TABLE, TABLE[:, 3])
    assert (found.place, found.steps, found.classes) == ((3,), 0, False)
    assert copied(BITS, BITS[:, 2]).classes
    assert copied(BITS, np.eye(2)[BITS[:, 2].astype(int)]).place == (2,)


def test_the_same_step_of_another_feature():
    assert copied(WINDOWS, WINDOWS[..., 1]).each_step
    assert copied(WINDOWS, WINDOWS[..., 1]).place == (0, 1)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (WINDOWS, SERIES[12:312, 0]),  # the step after the window
        (WINDOWS, WINDOWS),
        (WINDOWS[..., :1], WINDOWS[..., 0]),  # a reconstruction
        (WINDOWS, np.stack([SERIES[i + 1 : i + 13, 0] for i in range(300)])),  # each next step: for the model to tell
        (WINDOWS[..., :1], WINDOWS[:, ::-1, 0]),  # backwards
        (WINDOWS, WINDOWS[:, ::-1, 0]),
        (TABLE, 2 * TABLE[:, 3] + 1),  # linear regression
        (TABLE, TABLE[:, :3]),
        (TABLE[:, :1], TABLE[:, 0]),
        (BITS, np.where(np.arange(300) % 30 == 0, 1 - BITS[:, 2], BITS[:, 2])),  # a good feature
        (WINDOWS, (WINDOWS[:, 0, 0] > 0).astype("float32")),
        (np.round(WINDOWS), np.round(WINDOWS[:, 0, 0] > 0)),
        (WINDOWS, np.ones(300)),
        (WINDOWS[:20], WINDOWS[:20, -1, 0]),
    ],
)
def test_what_is_no_copy(x, y):
    assert copied(x, y) is None
