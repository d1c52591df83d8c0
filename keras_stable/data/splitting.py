"""The stratified, seeded split of labels into training and validation."""

import numpy as np

from keras_stable.data.checks import data_error


def validation_mask(labels: np.ndarray, validation_split: float, seed: int) -> np.ndarray:
    """Chooses the validation samples, the same share of each class.

    A class with two samples or more is on both sides; a class with one sample stays in training.

    Args:
        labels: int array [n], class ids.
        validation_split: float in (0, 1), the share of the samples of each class that validates.
        seed: int.

    Returns:
        bool array [n], True for a validation sample.

    Raises:
        DataError: no class has two samples.

    >>> int(validation_mask(np.repeat([0, 1, 2], [10, 2, 1]), 0.2, seed=0).sum())
    3
    """
    random = np.random.default_rng(seed)
    mask = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        if len(members) > 1:
            count = min(max(round(len(members) * validation_split), 1), len(members) - 1)
            mask[random.permutation(members)[:count]] = True
    if not mask.any():
        raise data_error("data", "a set with two samples of some class, to validate on one", "one sample of each class")
    return mask
