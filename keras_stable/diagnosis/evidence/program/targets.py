"""Labels as a few columns of numbers that a predictor is asked for. Imports no TensorFlow."""

from collections.abc import Sequence

import numpy as np

from keras_stable.diagnosis.evidence.data.label_kinds import are_classes, class_ids, kind_of

_COLUMNS = 12


def targets_of(labels: Sequence[np.ndarray], losses: Sequence[str] = (), seed: int = 0) -> np.ndarray | None:
    """Returns at most twelve columns that say what labels say; None where these are not finite or never vary.

    Classes become a column each, or random mixtures of these; other labels are standardized, or mixed at random.

    Args:
        labels: list of arrays [n, ...], one for each output.
        losses: sequence of str, of the outputs. Default: ().
        seed: int, of the mixtures. Default: 0.

    >>> targets_of([np.array([0, 1, 1, 2])]).shape, targets_of([np.zeros(4)])
    ((4, 3), None)
    """
    parts = []
    for index, leaf in enumerate(labels):
        loss = losses[index] if len(losses) == len(labels) else ""
        part = _columns(leaf, loss)
        if part is not None:
            parts.append(part)
    if not parts:
        return None
    columns = np.concatenate(parts, axis=1)
    if columns.shape[1] > _COLUMNS:
        directions = np.random.default_rng(seed).normal(size=(columns.shape[1], _COLUMNS))
        columns = columns @ directions / np.sqrt(columns.shape[1])
    return columns if np.isfinite(columns).all() and columns.std(axis=0).max() > 1e-9 else None


def _columns(leaf: np.ndarray, loss: str) -> np.ndarray | None:
    kind = kind_of(leaf, loss)
    if leaf.size == len(leaf) and are_classes(leaf, kind):
        ids = class_ids(leaf, kind)
        if len(ids) < len(leaf):
            return None
        names, codes = np.unique(ids, return_inverse=True)
        return np.eye(len(names))[codes] if len(names) <= 1000 else None
    flat = np.asarray(leaf, np.float64).reshape(len(leaf), -1)
    if not np.isfinite(flat).all():
        return None
    if kind in ("class_ids", "binary") and leaf.size > len(leaf):
        # Ids of many positions: how often each comes says more than their sum.
        ids = np.unique(flat)[:64]
        flat = np.stack([(flat == k).mean(axis=1) for k in ids], axis=1)
    std = flat.std(axis=0)
    return (flat - flat.mean(axis=0)) / np.where(std > 1e-9, std, 1.0)
