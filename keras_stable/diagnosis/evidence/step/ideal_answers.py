"""The answer with the least loss: no training can gain more. Imports no TensorFlow."""

from typing import Any

import numpy as np

from keras_stable.diagnosis.facts import Output
from keras_stable.diagnosis.vocabulary import (
    BINARY,
    CATEGORICAL,
    CATEGORICAL_HINGE,
    DISTANCE,
    DIVERGENCE,
    HINGE,
    SPARSE,
)

# The best answer to a label is the label itself.
_AS_LABELLED = DISTANCE | DIVERGENCE | CATEGORICAL_HINGE | {"poisson", "cosine_similarity"}
# Likewise, where the labels are 0 and 1: overlaps of two sets.
_OVERLAPS = frozenset({"dice", "tversky"})
_CERTAIN = 1e-7  # Keras cuts probabilities off there
_WHOLE = 1e-6


def ideal_answer(labels: Any, shape: tuple[int, ...], output: Output) -> np.ndarray | None:
    """Returns the answers with the least loss that any have on these labels; None where they are not known.

    Args:
        labels: array [n, ...] of numbers.
        shape: of the answers, [n, ..., width].
        output: facts; its loss, `from_logits` and `label_smoothing` decide.

    A cross-entropy is least where the probabilities are the labels, smoothed as the loss smooths them, and is then
    their entropy (Cover and Thomas 2006, theorem 2.6.3); a distance where the answer is the label, and is then 0; a
    Poisson likelihood where the rate is the count; a cosine similarity where the directions agree, and is then -1.

    >>> ideal_answer([[0.25], [1.0]], (2, 1), Output(loss="binary_crossentropy", from_logits=False)).tolist()
    [[0.25], [0.9999999]]
    """
    values = np.asarray(labels)
    if values.dtype.kind not in "biuf":
        return None
    values = values.astype("float64")
    if output.loss in SPARSE:
        shares = _one_hot(values, shape)
    elif values.size == np.prod(shape):
        shares = values.reshape(shape)
    else:
        return None
    if shares is None or not np.isfinite(shares).all():
        return None
    if output.loss in HINGE:
        return np.where(shares > 0, 1.0, -1.0)
    if output.loss in _AS_LABELLED:
        return shares
    certain = bool((np.minimum(np.abs(shares), np.abs(shares - 1)) < _WHOLE).all())
    if output.loss in _OVERLAPS and certain:
        return shares
    return _probabilities(shares, output, certain)


def _one_hot(ids: np.ndarray, shape: tuple[int, ...]) -> np.ndarray | None:
    """Returns a row for each id; one that is out of range, as an ignored class may be, gets the first class."""
    if not np.isfinite(ids).all() or ids.size * shape[-1] != np.prod(shape):
        return None
    inside = np.where((ids >= 0) & (ids < shape[-1]), ids, 0).astype("int64").reshape(shape[:-1])
    rows = np.zeros((inside.size, shape[-1]))
    rows[np.arange(inside.size), inside.reshape(-1)] = 1.0
    return rows.reshape(shape)


def _probabilities(shares: np.ndarray, output: Output, certain: bool) -> np.ndarray | None:
    several = output.loss in CATEGORICAL | SPARSE
    if not several and output.loss not in BINARY:
        return None
    if (shares < -_WHOLE).any() or (shares > 1 + _WHOLE).any():
        return None
    smoothing = output.label_smoothing
    if output.weighted and not (certain and smoothing == 0):
        return None  # what a focal loss makes of a soft label has no closed form
    classes = shares.shape[-1] if several else 2
    shares = np.clip(shares * (1 - smoothing) + smoothing / classes, _CERTAIN, 1 - _CERTAIN)
    if not output.from_logits:
        return shares
    return np.log(shares) if several else np.log(shares) - np.log1p(-shares)
