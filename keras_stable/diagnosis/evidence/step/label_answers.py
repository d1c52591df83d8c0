"""Answers that are right for some labels, as far as labels and output tell. Imports no TensorFlow."""

from collections.abc import Sequence

import numpy as np

from keras_stable.diagnosis.facts import Labels, Output

_CERTAIN, _LOGIT = 0.98, 4.0


def right_answers(truth: np.ndarray, shape: Sequence[int], output: Output, labels: Labels) -> list[np.ndarray]:
    """Returns right answers in every way that the output may mean them: as values, and of classes also as logits.

    Args:
        truth: array [n, ...], the labels.
        shape: of the answers, [n, ..., width].
        output, labels: facts.

    Returns:
        Arrays of the given shape; none where labels and output cannot be matched value by value or class by class.

    >>> [values] = right_answers(np.array([1, 0]), (2, 1), Output(activation="sigmoid"), Labels(kind="binary"))
    >>> values.tolist()
    [[0.98], [0.02]]
    """
    shape = tuple(shape)
    values = np.asarray(truth, "float64")
    width = shape[-1] if len(shape) > 1 else 1
    shares = labels.kind in ("binary", "multi_hot", "one_hot")
    if values.size == np.prod(shape) and not (labels.kind == "class_ids" and width > 1):
        values = values.reshape(shape)
    elif labels.kind in ("class_ids", "binary") and width > 1 and values.size * width == np.prod(shape):
        ids = values.astype("int64").reshape(-1)
        if ids.min() < 0 or ids.max() >= width:
            return []
        values, shares = np.eye(width)[ids].reshape(shape), True
    else:
        return []
    if not shares:
        return [values]
    certain = np.where(values > 0.5, _CERTAIN, 1 - _CERTAIN)
    if output.activation in ("sigmoid", "softmax", "hard_sigmoid"):
        return [certain]
    return [values, np.where(values > 0.5, _LOGIT, -_LOGIT)]


def varied_rows(truth: np.ndarray, rows: int, seed: int = 0) -> np.ndarray:
    """Returns the indices of some rows whose labels differ as much as they can, so that another order matters.

    >>> sorted(np.array([0, 0, 0, 0, 1])[varied_rows(np.array([0, 0, 0, 0, 1]), 2)].tolist())
    [0, 1]
    """
    order = np.random.default_rng(seed).permutation(len(truth))
    flat = np.asarray(truth).reshape(len(truth), -1)[order]
    _, kinds, counts = np.unique(flat, axis=0, return_inverse=True, return_counts=True)
    kinds = kinds.reshape(-1)
    # The first of each kind, then the second of each, and so on.
    by_kind = np.argsort(kinds, kind="stable")
    starts = np.cumsum([0, *counts[:-1]])
    turn = np.empty(len(kinds), "int64")
    turn[by_kind] = np.arange(len(kinds)) - np.repeat(starts, counts)
    return order[np.argsort(turn, kind="stable")[:rows]]
