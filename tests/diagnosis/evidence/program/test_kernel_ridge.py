import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.kernel_ridge import KernelRidge

rng = np.random.default_rng(0)
X = rng.normal(size=(80, 3))
Y = np.stack([np.sin(2 * X[:, 0]), X[:, 1] + 0.1 * rng.normal(size=80)], axis=1)


def test_the_closed_form_is_that_of_fits_without_each_row():
    ridge = KernelRidge(X)
    inverse = ridge._inverses[1]
    kernel = np.linalg.inv(inverse)  # with the penalty on its diagonal
    centred = Y - Y.mean(axis=0)
    residuals = []
    for row in range(80):
        others = np.arange(80) != row
        weights = np.linalg.solve(kernel[np.ix_(others, others)], centred[others])
        residuals.append(centred[row] - kernel[row, others] @ weights)
    assert ridge._residuals(inverse, centred) == pytest.approx(np.array(residuals), abs=1e-6)


def test_many_targets_at_once_are_as_one_by_one():
    ridge = KernelRidge(X)
    order = rng.permutation(80)
    many = ridge.left_out_many(np.concatenate([Y, Y[order]], axis=1), 2)
    assert many == pytest.approx([ridge.left_out(Y)[0], ridge.left_out(Y[order])[0]])


def test_it_predicts_other_rows():
    ridge = KernelRidge(X)
    new = rng.normal(size=(50, 3))
    assert np.corrcoef(ridge.predict(Y, new)[:, 1], new[:, 1])[0, 1] > 0.95
    assert ridge.left_out(np.ones((80, 1)))[0] == 0.0


def test_rows_that_are_all_the_same():
    ridge = KernelRidge(np.zeros((30, 2)))
    assert ridge.left_out(rng.normal(size=(30, 1)))[0] < 0.05
