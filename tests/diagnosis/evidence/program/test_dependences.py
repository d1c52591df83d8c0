"""Digits, whose labels are moved about."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.program.dependences import dependence
from keras_stable.diagnosis.rule import Skip

rng = np.random.default_rng(0)
X, Y = load_digits(return_X_y=True)
ORDER = rng.permutation(len(X))[:600]
X, Y = (X[ORDER] / 16).astype("float32"), Y[ORDER]
LISTED = np.array(sorted(range(600), key=str))

MOVED = {
    "shifted": (X, np.roll(Y, 2)),
    "reversed": (X, Y[::-1]),
    "listed": (X, Y[LISTED]),
    "inputs_reshaped": (X.T.reshape(X.shape), Y),
    "labels_reshaped": (X, np.eye(10)[Y].T.reshape(600, 10)),
}
# What `Realignment.rows` says of them.
ROWS = {"shifted": 2, "listed": -1}


def test_digits_say_which_they_are():
    seen = dependence(Source(X, Y))
    assert seen.explained > 0.7
    assert seen.deviations > 30
    assert (seen.realigned, seen.labels_in_order) == (None, False)


@pytest.mark.parametrize("kind", MOVED)
def test_another_order_that_mends_it(kind):
    seen = dependence(Source(*MOVED[kind]))
    assert seen.deviations < 4
    assert (seen.realigned.kind, seen.realigned.rows) == (kind, ROWS.get(kind, 0))
    assert seen.realigned.explained > 0.7


@pytest.mark.parametrize("seed", range(3))
def test_labels_that_nothing_mends(seed):
    seen = dependence(Source(X, np.random.default_rng(seed).permutation(Y)))
    assert seen.deviations < 4
    assert seen.realigned is None
    alone = dependence(Source(X, np.sort(Y)))
    assert alone.labels_in_order
    assert alone.deviations < 4


def test_windows_over_noise_hold_the_value_before():
    """The target of a row stands in the window of the next one; that says nothing of the order of rows."""
    series = np.random.default_rng(0).normal(size=430).astype("float32")
    windows = np.stack([series[i : i + 20] for i in range(400)])
    seen = dependence(Source(windows, series[20:420]))
    assert seen.deviations < 4
    assert seen.realigned is None


def test_streams_and_several_inputs():
    class Batches:
        num_batches = 6

        def __getitem__(self, index):
            rows = slice(index * 100, index * 100 + 100)
            return {"one": X[rows], "two": X[rows, :3]}, Y[rows]

    assert dependence(Source(Batches())).deviations > 30


def test_what_nothing_can_be_said_of():
    with pytest.raises(Skip, match="too few rows"):
        dependence(Source(X[:30], Y[:30]))
    with pytest.raises(Skip, match="inputs are the same"):
        dependence(Source(X * 0, Y))
    with pytest.raises(Skip, match="labels never vary|but the commonest"):
        dependence(Source(X, Y * 0.0))
    with pytest.raises(Skip, match="with labels"):
        dependence(Source(X, labelled=False))
