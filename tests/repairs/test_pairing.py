import numpy as np
import pytest
from scipy import stats

from keras_stable.repairs.pairing import by_fold, p_value


def test_it_is_the_paired_test_of_student():
    rng = np.random.default_rng(0)
    before = rng.normal(size=12)
    after = before + rng.normal(0.5, 1.0, size=12)
    expected = stats.ttest_rel(after, before, alternative="greater").pvalue
    assert p_value(after - before) == pytest.approx(expected)


def test_a_loss_is_never_significant():
    assert p_value([-0.5, -0.4]) == 1.0
    assert p_value([]) == 1.0
    assert p_value([np.nan, 1.0]) == 1.0


def test_by_chance_one_in_twenty_passes():
    """The false positives of many comparisons of equal programs."""
    rng = np.random.default_rng(1)
    passed = [p_value(by_fold(*(rng.random((2, 200)) < 0.8).astype(float))) < 0.05 for _ in range(400)]
    assert 0.02 < np.mean(passed) < 0.09


def test_folds_take_rows_from_all_over():
    assert by_fold(np.zeros(6), np.arange(6.0), folds=2).tolist() == [2.0, 3.0]
    assert len(by_fold(np.zeros(3), np.ones(3))) == 3
