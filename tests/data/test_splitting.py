import numpy as np
import pytest

from keras_stable.data.splitting import validation_mask


@pytest.mark.parametrize("seed", range(3))
def test_every_class_gives_its_share(seed):
    labels = np.random.default_rng(seed).permutation(np.repeat([0, 1, 2, 3], [50, 10, 2, 1]))
    mask = validation_mask(labels, 0.2, seed)
    assert np.bincount(labels[mask], minlength=4).tolist() == [10, 2, 1, 0]


@pytest.mark.parametrize("share", [0.001, 0.5, 0.999])
def test_a_class_with_two_samples_is_on_both_sides(share):
    labels = np.repeat(np.arange(5), [2, 3, 4, 7, 100])
    mask = validation_mask(labels, share, 0)
    assert set(labels[mask]) == set(labels[~mask]) == set(range(5))


def test_the_seed_decides():
    labels = np.repeat([0, 1], 50)
    first = validation_mask(labels, 0.2, 1)
    assert (first == validation_mask(labels, 0.2, 1)).all()
    assert (first != validation_mask(labels, 0.2, 2)).any()


def test_one_sample_of_each_class_is_refused(refused):
    assert refused(validation_mask, np.arange(4), 0.2, 0) == (
        "`data` must be a set with two samples of some class, to validate on one. Received: one sample of each class"
    )
