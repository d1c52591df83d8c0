import sys
from pathlib import Path

import keras
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import label_errors


def test_as_many_labels_are_flipped_as_asked_for():
    labels = np.arange(200) % 5
    noisy, which = label_errors.flipped(labels, 5, 0.1, 0)
    assert which.sum() == 20
    assert ((noisy != labels) == which).all()
    assert set(noisy) == set(range(5))


def test_digits_with_flipped_labels_are_found(monkeypatch):
    monkeypatch.setattr(label_errors, "STEPS", 60)
    keras.utils.set_random_seed(0)
    row = label_errors.measured(*label_errors.digits(), 0.1, 0)
    assert row["auroc"] > 0.95
    assert row["precision"] > 0.7
    assert 0 < row["recall"] <= 1
