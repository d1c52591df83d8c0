"""Which labels a model does not believe that was trained without them (confident learning). Imports no TensorFlow."""

import numpy as np

_ROUNDING = 1e-6  # below its threshold, by which a probability is still confident


def self_confidence(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Returns the probability of each row's own label, low where it is doubtful.

    >>> self_confidence(np.array([[0.9, 0.1], [0.3, 0.7]]), np.array([0, 0])).tolist()
    [0.9, 0.3]
    """
    return probabilities[np.arange(len(labels)), labels]


def normalized_margin(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Returns how far the label's own probability is above the highest of the others, brought to 0 to 1.

    >>> normalized_margin(np.array([[0.75, 0.25], [0.25, 0.75]]), np.array([0, 0])).tolist()
    [0.75, 0.25]
    """
    own = self_confidence(probabilities, labels)
    others = probabilities.copy()
    others[np.arange(len(labels)), labels] = -np.inf
    return (own - others.max(1) + 1) / 2


def thresholds(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Returns the mean self-confidence of each class (equation 2); infinite for a class without a row.

    >>> thresholds(np.array([[0.8, 0.2], [0.6, 0.4], [0.1, 0.9]]), np.array([0, 0, 1])).round(2).tolist()
    [0.7, 0.9]
    """
    own, classes = self_confidence(probabilities, labels), probabilities.shape[1]
    counts = np.bincount(labels, minlength=classes)
    sums = np.bincount(labels, own, minlength=classes)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)


def suspicious_rows(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Returns the rows that are confidently of another class than their label says, the least believed first.

    A row is confidently of the classes whose probability is at least the mean self-confidence of the rows with that
    label; of several, it is of the most probable. Those for which that is not the label (the off-diagonal of the
    confident joint, equation 1), and which the most probable class of all is not either, are suspicious.

    Args:
        probabilities: array [n, classes], out of sample: of a model that was not trained on the row.
        labels: int array [n].

    Returns:
        int array of row numbers, by normalized margin.

    Reference:
        Northcutt, Jiang, Chuang (2021), Confident Learning: Estimating Uncertainty in Dataset Labels, JAIR 70.

    >>> sure = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.05, 0.95], [0.05, 0.95]])
    >>> suspicious_rows(sure, np.array([0, 0, 1, 1, 0])).tolist()
    [4]
    """
    confident = probabilities >= thresholds(probabilities, labels) - _ROUNDING
    best = np.argmax(probabilities, 1)
    believed = np.where(confident.sum(1) > 1, best, np.argmax(confident, 1))
    suspicious = confident.any(1) & (believed != labels) & (best != labels)
    rows = np.flatnonzero(suspicious)
    return rows[np.argsort(normalized_margin(probabilities, labels)[rows], kind="stable")]
