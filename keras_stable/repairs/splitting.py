"""Which rows train, which choose among repairs, and which judge the one that was chosen. Imports no TensorFlow."""

from typing import Any, NamedTuple

import numpy as np

from keras_stable.diagnosis.evidence.data.nesting import leaves

_CHOOSING, _JUDGING = 0.15, 0.2
_FEWEST = 40


class Rows(NamedTuple):
    """The row numbers of each part; where there are too few rows, all of them do everything."""

    training: np.ndarray
    choosing: np.ndarray
    judging: np.ndarray

    @property
    def apart(self) -> bool:
        """Returns whether the parts have no row in common."""
        return not np.intersect1d(self.training, self.judging).size


def split_rows(count: int, labels: Any, seed: int, unit: int = 1, in_order: bool = False) -> Rows:
    """Returns the parts: by chance, with about the same share of each class in each.

    Args:
        count: int, rows in all.
        labels: array [count, ...] of the first output, or None.
        seed: int.
        unit: int, each part has a multiple of so many rows, which a model with a fixed batch size needs.
        in_order: bool, whether the order of the rows matters; then the last ones judge, and nothing is drawn.

    >>> [len(part) for part in split_rows(100, None, seed=0)]
    [65, 15, 20]
    """
    everything = np.arange(count)
    if count < max(_FEWEST, 4 * unit):
        return Rows(everything, everything, everything)
    order = everything if in_order else _stratified(count, labels, seed)
    judging, choosing = (max(unit, round(share * count) // unit * unit) for share in (_JUDGING, _CHOOSING))
    training = (count - judging - choosing) // unit * unit
    parts = np.split(order[: training + choosing + judging], [training, training + choosing])
    return Rows(*(np.sort(part) for part in parts))


def _stratified(count: int, labels: Any, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    order = generator.permutation(count)
    flat = leaves(labels)
    keys = _class_of_rows(np.asarray(flat[0])) if flat else None
    if keys is None:
        return order
    # Each class is spread evenly from 0 to 1, so that every stretch of the whole has its share of it.
    keys = keys[order]
    position = np.empty(count)
    for key in np.unique(keys):
        places = np.flatnonzero(keys == key)
        position[places] = (np.arange(len(places)) + generator.random()) / len(places)
    return order[np.argsort(position, kind="stable")]


def _class_of_rows(labels: np.ndarray) -> np.ndarray | None:
    if labels.ndim == 2 and labels.shape[1] > 1:
        labels = labels.argmax(1)
    labels = labels.reshape(len(labels), -1)
    if labels.shape[1] != 1 or labels.dtype.kind not in "iubf":
        return None
    keys = np.nan_to_num(labels[:, 0].astype("float64"))
    return keys if len(np.unique(keys)) <= max(2, len(keys) // 5) else None
