"""Repeated rows."""

import numpy as np

from keras_stable.diagnosis.evidence.data.repeated_rows import duplicates
from keras_stable.diagnosis.evidence.data.source import Source

X = np.random.default_rng(0).normal(size=(40, 5))
Y = np.arange(40) % 4


def test_no_row_is_repeated():
    found = duplicates(Source(X, Y, validation_split=0.25))
    assert (found.samples, found.validation_samples) == (30, 10)
    assert found.repeated == found.conflicting == found.leaked == 0


def test_repeats_conflicts_and_leaks_say_their_rows():
    x = X.copy()
    x[[7, 9, 12]] = x[3]
    y = Y.copy()
    y[[3, 7]] = 1
    y[[9, 12]] = 2
    x[35:37] = x[0]
    found = duplicates(Source(x, y, validation_split=0.25))
    assert found.repeated == 3
    assert (found.conflicting, found.conflicting_rows) == (2, ((9, 3), (12, 3)))
    assert (found.leaked, found.leaked_rows) == (2, (5, 6))


def test_dtype_and_the_sign_of_zero_do_not_matter():
    train = np.array([[0.0, 1.5], [2.0, 3.0]], np.float64)
    held = np.array([[-0.0, 1.5], [2.0, 3.5]], np.float16)
    assert duplicates(Source(train, [0, 1], validation_data=(held, [0, 1]))).leaked_rows == (0,)


def test_all_inputs_together_make_a_row():
    a, b = np.array([1, 1, 1, 2]), np.array(["x", "y", "x", "x"])
    found = duplicates(Source({"a": a, "b": b}, [np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])]))
    assert found.repeated == 1
    assert found.conflicting_rows == ((2, 0),)


def test_text_is_compared_by_what_it_says():
    held = np.array([b"good", b"worse"], object)
    found = duplicates(Source(["good", "bad"], [0, 1], validation_data=(held, [0, 1])))
    assert found.leaked_rows == (0,)


def test_a_class_that_was_repeated_before_the_split():
    rare = np.flatnonzero(Y == 3)
    rows = np.random.default_rng(1).permutation(np.concatenate([np.arange(40), np.repeat(rare, 9)]))
    found = duplicates(Source(X[rows], Y[rows], validation_split=0.25))
    rates = sorted(repeated / rows for rows, repeated in found.by_class)
    assert rates[:3] == [0, 0, 0]
    assert rates[3] > 0.5
    assert found.measured is False  # too few rows to say so


def test_measurements_tell_rows_apart_and_categories_do_not():
    measured = np.random.default_rng(2).normal(size=(100, 3))
    for x, told in ((measured, True), (np.round(measured), False)):
        whole = np.concatenate([x, x])
        assert duplicates(Source(whole, np.zeros(200), validation_data=(x, np.zeros(100)))).measured is told
