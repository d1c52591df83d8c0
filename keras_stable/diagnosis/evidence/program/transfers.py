"""What a simple predictor that was made from training rows makes of validation rows. Imports no TensorFlow."""

from collections.abc import Sequence

import numpy as np

from keras_stable.diagnosis.evidence.program.features import features_from
from keras_stable.diagnosis.evidence.program.kernel_ridge import KernelRidge
from keras_stable.diagnosis.facts import Transfer

_ROWS = 300
_LEAST = 40
_BLOCKS = 10
_CLASSES = 100


def transfer(
    training: tuple[Sequence[np.ndarray], np.ndarray],
    validation: tuple[Sequence[np.ndarray], np.ndarray],
    worded: Sequence[bool],
    seed: int = 0,
) -> Transfer | None:
    """Returns how well classes are told in training rows that were kept back and in validation rows.

    Training is cut into ten blocks, every other of which is kept back, so that rows which are neighbours, as windows
    over a series are, seldom stand on both sides.

    Args:
        training, validation: (inputs, class ids): a list of arrays [n, ...] for the inputs, an array [n] of ids.
        worded: list of bool, whether an input is token ids or text.
        seed: int. Default: 0.

    Returns:
        None for fewer than 40 rows in a part, or more than 100 classes.
    """
    (inputs, ids), (others, other_ids) = training, validation
    classes = np.unique(ids)
    if not 2 <= len(classes) <= _CLASSES:
        return None
    generator = np.random.default_rng(seed)
    block = np.arange(len(ids)) * _BLOCKS // len(ids) % 2 if not _grouped(ids) else generator.integers(0, 2, len(ids))
    parts = [_some(np.flatnonzero(rows), generator) for rows in (block == 0, block == 1)]
    shared = _some(np.flatnonzero(np.isin(other_ids, classes)), generator)
    if min(len(part) for part in (*parts, shared)) < _LEAST:
        return None
    made, kept = parts
    features = features_from([leaf[made] for leaf in inputs], worded, seed)
    ridge = KernelRidge(features([leaf[made] for leaf in inputs]))
    targets = (ids[made][:, None] == classes[None, :]).astype(np.float64)
    told = [
        classes[ridge.predict(targets, features(rows)).argmax(axis=1)]
        for rows in ([leaf[kept] for leaf in inputs], [leaf[shared] for leaf in others])
    ]
    return confusion((told[0], ids[kept]), (told[1], other_ids[shared]), classes, generator)


def confusion(
    training: tuple[np.ndarray, np.ndarray],
    validation: tuple[np.ndarray, np.ndarray],
    classes: np.ndarray,
    generator: np.random.Generator,
) -> Transfer:
    """Returns what answers to training and validation rows are worth, and after a renaming of the classes.

    Args:
        training, validation: (answers, class ids), arrays [n]; ids of validation are among the classes.
        classes: array, all ids in order.
        generator: of the halves on which a renaming is made and judged.

    >>> ids = np.arange(60) % 3
    >>> seen = confusion((ids, ids), ((ids + 1) % 3, ids), np.arange(3), np.random.default_rng(0))
    >>> seen.kept_back, seen.validation, seen.renamed, seen.names
    (1.0, 0.0, 1.0, ((0, 1), (1, 2), (2, 0)))
    """
    told, truth = validation
    right = float((told == truth).mean())
    renamed, names = _renamed(told, truth, classes, generator)
    return Transfer(
        kept_back=float((training[0] == training[1]).mean()),
        validation=right,
        chance=float(np.unique(truth, return_counts=True)[1].max() / len(truth)),
        uncertainty=float(np.sqrt(max(right * (1 - right), 0.25 / len(truth)) / len(truth))),
        renamed=renamed,
        names=names,
        samples=len(truth),
    )


def _grouped(ids: np.ndarray) -> bool:
    """Returns whether rows of a class stand together, so that a block would leave classes out."""
    return float((ids[1:] == ids[:-1]).mean()) > 0.5 + 0.5 * float(np.square(np.bincount(_codes(ids)) / len(ids)).sum())


def _codes(ids: np.ndarray) -> np.ndarray:
    return np.unique(ids, return_inverse=True)[1]


def _some(rows: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    return rows if len(rows) <= _ROWS else np.sort(generator.choice(rows, _ROWS, replace=False))


def _renamed(
    told: np.ndarray, truth: np.ndarray, classes: np.ndarray, generator: np.random.Generator
) -> tuple[float, tuple[tuple[int, int], ...]]:
    """Returns the accuracy after the classes of validation are renamed in the best way, and the new names.

    The names come from one half of the rows and are judged on the other, since the best of many fits any rows.
    """
    from scipy.optimize import linear_sum_assignment  # comes with scikit-learn

    half = generator.permutation(len(truth)) % 2 == 0
    right = []
    for made, judged in ((half, ~half), (~half, half)):
        table = _confusion(told[made], truth[made], classes)
        names = dict(zip(*linear_sum_assignment(-table), strict=True))
        codes = np.searchsorted(classes, truth[judged])
        right.append(float((told[judged] == classes[[names[code] for code in codes]]).mean()))
    table = _confusion(told, truth, classes)
    pairs = zip(*linear_sum_assignment(-table), strict=True)
    moved = ((int(classes[a]), int(classes[b])) for a, b in pairs if a != b and table[a].any() and table[a, b] > 0)
    return float(np.mean(right)), tuple(moved)


def _confusion(told: np.ndarray, truth: np.ndarray, classes: np.ndarray) -> np.ndarray:
    table = np.zeros((len(classes), len(classes)))
    np.add.at(table, (np.searchsorted(classes, truth), np.searchsorted(classes, told)), 1)
    return table
