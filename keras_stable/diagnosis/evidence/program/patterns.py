"""Labels that are as large as their pictures, laid over them. Imports no TensorFlow."""

import numpy as np

from keras_stable.diagnosis.evidence.data.label_kinds import is_whole

_POSITIONS = 1024
_CLASSES = 6
_CHANNELS = 4
_MOST_IDS = 64
_SHUFFLES = 200


class Patterns:
    """How the patterns of pictures and of their labels go together.

    What all rows share, such as where objects are on average, is taken away first; so is the mean of each row.

    Args:
        pictures: array [n, ..., channels] of numbers; features are the channels and the steepness of their mean.
        labels: array [n, ...] or [n, ..., classes], as large.

    Raises:
        ValueError: pictures or labels are the same in all rows.

    >>> rng = np.random.default_rng(0)
    >>> masks = rng.random((60, 12, 12, 1)) > 0.5
    >>> patterns = Patterns(masks + rng.normal(size=masks.shape), masks)
    >>> patterns.explained(masks) > 0.2, patterns.explained(np.roll(masks, 1, axis=0)) < 0.05
    (True, True)
    """

    def __init__(self, pictures: np.ndarray, labels: np.ndarray, seed: int = 0) -> None:
        self._places = places_of(pictures, labels) or ()
        size = int(np.prod(self._places))
        self._chosen = np.linspace(0, size - 1, min(size, _POSITIONS)).astype(int)
        self._ids = _common_ids(labels, self._places)
        self._features = _centred(_features(pictures, self._places)[:, self._chosen])
        self._tables = np.stack(
            [
                self._features[..., f] @ classes.T
                for classes in self._classes(labels)
                for f in range(self._features.shape[-1])
            ]
        )
        if not self._tables.any():
            raise ValueError("the inputs or the labels are the same in all rows")
        generator = np.random.default_rng(seed)
        rows = np.arange(len(pictures))
        self.dealt = np.array([_size(self._tables[:, rows, generator.permutation(rows)]) for _ in range(_SHUFFLES)])

    def explained(self, labels: np.ndarray) -> float:
        """Returns the mean size of the correlations of each picture with its label."""
        pairs = [np.einsum("npf,np->fn", self._features, classes, optimize=True) for classes in self._classes(labels)]
        return _size(np.concatenate(pairs))

    def elsewhere(self, labels: np.ndarray) -> int:
        """Returns how many labels fit the picture of another row better than any fits a picture that is turned round.

        Only pairs count whose picture and label fit nothing better.
        """
        index = int(np.argmax([_peak(np.abs(table)) for table in self._tables]))
        kind, feature = divmod(index, self._features.shape[-1])
        strength = np.abs(self._tables[index])
        turned = np.abs(self._features[:, ::-1, feature] @ self._classes(labels)[kind].T)
        rows = np.arange(len(strength))
        best, back = strength.argmax(axis=1), strength.argmax(axis=0)
        beyond = strength[rows, best] > turned.max()
        return int(((back[best] == rows) & (best != rows) & beyond).sum())

    def _classes(self, labels: np.ndarray) -> list[np.ndarray]:
        """Returns [n, positions] for each class, or for the numbers."""
        values = np.asarray(labels)
        if self._ids is not None:
            flat = values.reshape(len(values), -1)[:, self._chosen]
            parts = [flat == k for k in self._ids]
        else:
            wide = values.reshape(len(values), int(np.prod(self._places)), -1)[:, self._chosen]
            parts = [wide[..., k] for k in range(min(_CLASSES, wide.shape[-1]))]
        return [_centred(part.astype(np.float32)[..., None])[..., 0] for part in parts]


def _size(pairs: np.ndarray) -> float:
    """Returns the root mean square, over features and classes, of correlations [features and classes, n]."""
    return float(np.sqrt(np.square(pairs.mean(axis=1)).mean()))


def _peak(strength: np.ndarray) -> float:
    """Returns how far the best partner of a row stands out."""
    return float(np.mean(strength.max(axis=1) - np.median(strength, axis=1)))


def places_of(pictures: np.ndarray, labels: np.ndarray) -> tuple[int, ...] | None:
    """Returns the axes that pictures and labels share: height and width, or time; None where they share none.

    >>> places_of(np.zeros((5, 8, 8, 3)), np.zeros((5, 8, 8))), places_of(np.zeros((5, 8)), np.zeros((5, 8)))
    ((8, 8), None)
    """
    for count in (3, 2, 1):
        if pictures.ndim == count + 2 and labels.ndim in (count + 1, count + 2):
            shared = pictures.shape[1 : count + 1]
            if shared == labels.shape[1 : count + 1] and np.prod(shared) >= 16:
                return shared
    return None


def _features(pictures: np.ndarray, places: tuple[int, ...]) -> np.ndarray:
    """Returns [n, positions, features] of which the last is how steep the mean of the channels is."""
    values = np.nan_to_num(np.asarray(pictures[..., :_CHANNELS], np.float32))
    grey = values.mean(axis=-1)
    slopes = np.gradient(grey, axis=tuple(range(1, 1 + len(places))))
    steep = np.sqrt(sum(np.square(slope) for slope in (slopes if isinstance(slopes, list | tuple) else [slopes])))
    joined = np.concatenate([values, steep[..., None]], axis=-1)
    return joined.reshape(len(pictures), -1, joined.shape[-1])


def _common_ids(labels: np.ndarray, places: tuple[int, ...]) -> np.ndarray | None:
    """Returns the commonest classes but one; None for shares of classes and for numbers."""
    values = np.asarray(labels)
    if values.size != len(values) * int(np.prod(places)) or not is_whole(values[:50]):
        return None
    ids, counts = np.unique(values[:50], return_counts=True)
    return ids[np.argsort(-counts, kind="stable")][1 : 1 + _CLASSES] if 2 <= len(ids) <= _MOST_IDS else None


def _centred(part: np.ndarray) -> np.ndarray:
    """Returns each row without what all rows share and without its own mean, at length 1."""
    moved = part - part.mean(axis=0)
    moved -= moved.mean(axis=1, keepdims=True)
    return moved / np.maximum(np.sqrt(np.square(moved).sum(axis=1, keepdims=True)), 1e-12)
