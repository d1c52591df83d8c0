"""The classes of training and validation. Imports no TensorFlow."""

import math
from collections.abc import Mapping

import numpy as np

from keras_stable.diagnosis.facts import ClassContrast

_ORDERED = 0.99  # of the rows have no smaller class than the one before


def class_contrast(
    output: str, training: Mapping[int, int], validation: Mapping[int, int], ordered: bool = False
) -> ClassContrast:
    """Returns which classes of validation training never shows, and whether a random split may leave them out.

    All n rows of a class are drawn into validation with the probability share ** n. The number of such classes among
    those with at least so many rows is taken as Poisson distributed, for every number of rows that a missing class has.

    Args:
        output: str.
        training, validation: mappings of class id to rows.
        ordered: bool, whether the labels of training stand in order. Default: False.

    >>> contrast = class_contrast("digits", {0: 50, 1: 50}, {0: 10, 1: 10, 2: 20})
    >>> contrast.unseen, contrast.chance < 1e-8, class_contrast("digits", {0: 9, 1: 9}, {1: 3, 2: 3}).moved
    (((2, 20),), True, 1)
    """
    total = sum(validation.values())
    share = total / max(1, total + sum(training.values()))
    unseen = {k: count for k, count in validation.items() if count and not training.get(k)}
    return ClassContrast(
        output=output,
        classes=sum(count > 0 for count in training.values()),
        validation_classes=sum(count > 0 for count in validation.values()),
        unseen=tuple(sorted(unseen.items(), key=lambda item: -item[1])),
        validation_samples=total,
        chance=_chance(share, list(unseen.values()), [n + validation.get(k, 0) for k, n in training.items()]),
        moved=_moved({k for k, n in training.items() if n}, {k for k, n in validation.items() if n}) if unseen else 0,
        ordered=ordered,
        validation_counts=tuple(sorted(validation.items())),
    )


def _chance(share: float, unseen: list[int], others: list[int]) -> float:
    """Returns how likely a random split leaves training without so many classes of such sizes."""
    if not unseen or not 0 < share < 1:
        return 1.0
    sizes = sorted(set(unseen))
    tails = []
    for least in sizes:
        rate = sum(share**count for count in (*unseen, *others) if count >= least)
        tails.append(_at_least(sum(count >= least for count in unseen), rate))
    return min(1.0, len(sizes) * min(tails))


def _at_least(count: int, rate: float) -> float:
    """Returns the probability of so many events or more under a Poisson distribution.

    >>> round(_at_least(1, 0.1), 4), round(_at_least(2, 1.0), 4)
    (0.0952, 0.2642)
    """
    if rate > count:
        return 1.0  # nothing that is worth a closer look
    term = math.exp(count * math.log(max(rate, 1e-300)) - rate - math.lgamma(count + 1))
    total, index = 0.0, count
    while term > 1e-12 * total and term > 0:
        total += term
        index += 1
        term *= rate / index
    return min(1.0, total)


def is_ordered(ids: np.ndarray) -> bool:
    """Whether class ids stand in order, so that the last rows are of the last classes.

    >>> is_ordered(np.repeat([0, 1, 2], 50)), is_ordered(np.arange(150) % 3)
    (True, False)
    """
    if len(np.unique(ids)) < 2:
        return False
    steps = np.diff(ids)
    return bool(max((steps >= 0).mean(), (steps <= 0).mean()) >= _ORDERED)


def _moved(training: set[int], validation: set[int]) -> int:
    """Returns by how much ids are larger in validation where training has all of them by another number; else 0."""
    for step in (1, -1):
        if {k - step for k in validation} == training:
            return step
    return 0
