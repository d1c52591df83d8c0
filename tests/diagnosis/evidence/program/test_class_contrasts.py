import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.class_contrasts import class_contrast, is_ordered


def counts(labels):
    return dict(zip(*(part.tolist() for part in np.unique(labels, return_counts=True)), strict=True))


def test_the_last_rows_of_a_sorted_set():
    y = np.repeat(np.arange(10), 50)
    seen = class_contrast("y", counts(y[:400]), counts(y[400:]), is_ordered(y[:400]))
    assert seen.unseen == ((8, 50), (9, 50))
    assert seen.chance < 1e-9
    assert seen.ordered


@pytest.mark.parametrize("seed", range(20))
def test_rare_classes_fall_into_validation_by_chance(seed):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.minimum(rng.zipf(1.5, 500), 100))
    assert class_contrast("y", counts(y[:400]), counts(y[400:])).chance > 1e-3


def test_ids_that_are_larger_by_one():
    y = np.arange(100) % 5
    assert class_contrast("y", counts(y), counts(y + 1)).moved == 1
    assert class_contrast("y", counts(y + 1), counts(y)).moved == -1
    assert class_contrast("y", counts(y), counts(y + 3)).moved == 0
    assert class_contrast("y", counts(y), counts(y)).unseen == ()


def test_order():
    assert is_ordered(np.repeat([3, 2, 1], 40))
    assert not is_ordered(np.random.default_rng(0).integers(0, 3, 200))
    assert not is_ordered(np.zeros(50))
