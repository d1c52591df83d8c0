"""Some hundred numbers for each row, whatever its inputs are, for quick predictors. Imports no TensorFlow."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from keras_stable.diagnosis.evidence.data.label_kinds import is_whole
from keras_stable.diagnosis.evidence.data.row_access import is_number
from keras_stable.diagnosis.evidence.program.word_contrasts import words_of

_SIDE = 12  # of a picture that is made smaller
_WIDTH = 384
_WORDS = 384
_FAR = 8.0  # standard deviations at which outliers are cut off

Features = Callable[[Sequence[np.ndarray]], np.ndarray]


def features_from(training: Sequence[np.ndarray], worded: Sequence[bool], seed: int = 0) -> Features:
    """Returns the function that turns inputs into features, as far as the training rows say how.

    Words are counted, pictures are made smaller, long rows are projected on random directions; all is brought to unit
    scale by the training rows.

    Args:
        training: list of arrays [n, ...], one for each input.
        worded: list of bool, whether an input is token ids or text.
        seed: int, of the random directions. Default: 0.

    >>> features = features_from([np.arange(8.0).reshape(4, 2)], [False])
    >>> bool(features([np.array([[3.0, 4.0]])]).any())
    False
    """
    parts = []
    for index, (leaf, words) in enumerate(zip(training, worded, strict=True)):
        if words or not is_number(leaf.dtype) or _may_be_words(leaf):
            parts.append((index, _words(leaf)))
        if not words and is_number(leaf.dtype):
            parts.append((index, _numbers(leaf, seed)))

    def features(inputs: Sequence[np.ndarray]) -> np.ndarray:
        return np.concatenate([part(inputs[index]) for index, part in parts], axis=1)

    return features


def _may_be_words(leaf: np.ndarray) -> bool:
    """Returns whether rows of whole numbers may be token ids that nobody says are any."""
    if leaf.ndim != 2 or leaf.shape[1] < 4 or not is_whole(leaf) or leaf.min() < 0:
        return False
    return bool(leaf.max() >= _WORDS)


def _words(training: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    counts = Counter(word for row in words_of(training) for word in row)
    columns = {word: index for index, (word, _) in enumerate(counts.most_common(_WORDS))}

    def counted(leaf: np.ndarray) -> np.ndarray:
        table = np.zeros((len(leaf), max(1, len(columns))))
        for index, row in enumerate(words_of(leaf)):
            for word in row:
                if word in columns:
                    table[index, columns[word]] += 1
        return np.sqrt(table)

    return _standardized(counted, training)


def _numbers(training: np.ndarray, seed: int) -> Callable[[np.ndarray], np.ndarray]:
    flat = _flat(training[:1]).shape[1]
    directions = None
    if flat > _WIDTH:
        directions = np.random.default_rng(seed).normal(size=(flat, _WIDTH)) / np.sqrt(flat)

    def projected(leaf: np.ndarray) -> np.ndarray:
        rows = _flat(leaf)
        return rows if directions is None else rows @ directions

    return _standardized(projected, training)


def _flat(leaf: np.ndarray) -> np.ndarray:
    if leaf.ndim == 4 and min(leaf.shape[1:3]) >= 2 * _SIDE:
        leaf = _smaller(leaf)
    rows = np.nan_to_num(np.asarray(leaf, np.float64).reshape(len(leaf), -1), posinf=0.0, neginf=0.0)
    if rows.shape[1] == 1:
        return rows
    return np.concatenate([rows, rows.mean(axis=1, keepdims=True), rows.std(axis=1, keepdims=True)], axis=1)


def _smaller(pictures: np.ndarray) -> np.ndarray:
    """Returns pictures [n, height, width, channels] of which each pixel is the mean of a square of them."""
    down, right = (pictures.shape[axis] // _SIDE for axis in (1, 2))
    cut = pictures[:, : down * _SIDE, : right * _SIDE]
    squares = cut.reshape(len(cut), _SIDE, down, _SIDE, right, cut.shape[-1])
    return squares.mean(axis=(2, 4), dtype=np.float64)


def _standardized(
    features: Callable[[np.ndarray], np.ndarray], training: np.ndarray
) -> Callable[[np.ndarray], np.ndarray]:
    table = features(training)
    mean, std = table.mean(axis=0), table.std(axis=0)
    varies = std > 1e-9 * np.maximum(np.abs(mean), 1e-9)
    scale = np.where(varies, std, 1.0)

    def standardized(leaf: np.ndarray) -> np.ndarray:
        return np.where(varies, (features(leaf) - mean) / scale, 0.0).clip(-_FAR, _FAR)

    return standardized
