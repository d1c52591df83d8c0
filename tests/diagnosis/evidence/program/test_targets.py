import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.targets import targets_of

rng = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("labels", "columns"),
    [
        ([np.arange(60) % 5], 5),
        ([np.arange(60) % 40], 12),
        ([np.eye(5)[np.arange(60) % 5]], 5),
        ([rng.normal(size=(60, 1))], 1),
        ([rng.random((60, 9, 9))], 12),
        ([rng.integers(0, 4, (60, 20))], 4),
        ([np.arange(60) % 3, rng.normal(size=60)], 4),
    ],
)
def test_columns(labels, columns):
    assert targets_of(labels).shape == (60, columns)


def test_labels_that_say_nothing():
    assert targets_of([np.full(60, np.nan)]) is None
    assert targets_of([np.ones((60, 3))]) is None
    assert targets_of([]) is None
