import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.transfers import transfer


def clouds(rng, n, classes=5):
    y = rng.integers(0, classes, n)
    return np.eye(8)[y] * 4 + rng.normal(size=(n, 8)), y


def figures(change=lambda x, y: (x, y), classes=5):
    rng = np.random.default_rng(0)
    (x, y), (xv, yv) = clouds(rng, 400, classes), clouds(rng, 150, classes)
    xv, yv = change(xv, yv)
    return transfer(([x], y), ([xv], yv), [False])


def test_alike():
    seen = figures()
    assert seen.kept_back == pytest.approx(seen.validation, abs=0.06)
    assert seen.names == ()
    assert seen.validation > 0.9


def test_classes_with_other_numbers():
    order = np.array([2, 0, 1, 4, 3])
    seen = figures(lambda x, y: (x, order[y]))
    assert seen.validation < 0.1
    assert seen.renamed > 0.9
    assert dict(seen.names) == {2: 0, 0: 1, 1: 2, 4: 3, 3: 4}


def test_columns_in_another_order_cannot_be_renamed():
    seen = figures(lambda x, y: (np.roll(x, 5, axis=1), y))
    assert seen.validation < 0.4
    shuffled = figures(lambda x, y: (x, np.random.default_rng(1).permutation(y)))
    assert shuffled.validation < 0.35
    assert shuffled.renamed < 0.4


def test_sorted_rows_are_kept_back_at_random():
    rng = np.random.default_rng(0)
    x, y = clouds(rng, 400)
    order = np.argsort(y)
    assert transfer(([x[order]], y[order]), ([x], y), [False]).kept_back > 0.9


def test_too_few_rows_or_classes():
    rng = np.random.default_rng(0)
    x, y = clouds(rng, 60)
    assert transfer(([x], y), ([x], y), [False]) is None
    x, y = clouds(rng, 400)
    assert transfer(([x], y * 0), ([x], y), [False]) is None
