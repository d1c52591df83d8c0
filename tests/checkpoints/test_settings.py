"""Which value of a key is the better one."""

import pytest

from keras_stable.checkpoints.settings import is_larger_better


@pytest.mark.parametrize(
    ("monitor", "mode", "larger"),
    [
        ("val_loss", "auto", False),
        ("val_sparse_categorical_accuracy", "auto", True),
        ("val_unique_classes", "auto", True),
        ("val_accuracy", "min", False),
        ("val_loss", "max", True),
    ],
)
def test_the_better_one(monitor, mode, larger):
    assert is_larger_better(monitor, mode) is larger
