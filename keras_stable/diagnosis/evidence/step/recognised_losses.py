"""Which loss of Keras an own one is, told by its values. Imports no TensorFlow."""

import math
from collections.abc import Callable, Sequence

import numpy as np

_TRIED = 5
# Share of the range of the losses by which an own one may differ from a known one, times a factor and plus a constant.
_SAME = 1e-4


def recognised(
    loss: Callable[[np.ndarray], float], truth: np.ndarray, shape: Sequence[int], seed: int = 0
) -> tuple[str, bool | None]:
    """Returns name and `from_logits` of the loss that an own one follows, whatever its factor and what it adds.

    It is tried on shares and logits alike, numbers from 0 to 1, at which a cross-entropy of probabilities and one of
    logits differ.

    Args:
        loss: of answers of the given shape, beside the labels.
        truth: array [n, ...], the labels.
        shape: of the answers, [n, ..., width].
        seed: int, of the answers.

    Returns:
        As in `facts.Output`; ("", None) where it is none of the cross-entropies.

    >>> y = np.array([[1.0], [0.0], [1.0]])
    >>> recognised(lambda p: 2 * float(np.mean(np.log1p(np.exp(p)) - p * y)), y, (3, 1))
    ('binary_crossentropy', True)
    """
    known = _known(np.asarray(truth), tuple(shape))
    if not known:
        return "", None
    random = np.random.default_rng(seed)
    tried = [_answers(random, tuple(shape)) for _ in range(_TRIED)]
    values = np.array([loss(answer) for answer in tried])
    if not np.isfinite(values).all() or np.ptp(values) == 0:
        return "", None
    for name, from_logits, function in known:
        if _follows(values, np.array([function(answer) for answer in tried])):
            return name, from_logits
    return "", None


def _known(truth: np.ndarray, shape: tuple[int, ...]) -> list[tuple[str, bool, Callable[[np.ndarray], float]]]:
    width = shape[-1] if len(shape) > 1 else 1
    if truth.size * width == math.prod(shape) and width > 1:
        ids = truth.reshape(-1).astype("int64")
        inside = np.array_equal(ids, truth.reshape(-1)) and ids.min() >= 0 and ids.max() < width
        return _of_classes("sparse_categorical_crossentropy", ids) if inside else []
    if truth.size != math.prod(shape) or not np.isin(truth, (0, 1)).all():
        return []
    wanted = truth.reshape(shape).astype("float64")
    binary: list[tuple[str, bool, Callable[[np.ndarray], float]]] = [
        ("binary_crossentropy", False, lambda p: -float(np.mean(np.log(np.where(wanted > 0, p, 1 - p))))),
        ("binary_crossentropy", True, lambda p: float(np.mean(np.log1p(np.exp(p)) - p * wanted))),
    ]
    one_hot = width > 1 and bool((wanted.sum(-1) == 1).all())
    return [*binary, *(_of_classes("categorical_crossentropy", wanted.argmax(-1).reshape(-1)) if one_hot else [])]


def _of_classes(name: str, ids: np.ndarray) -> list[tuple[str, bool, Callable[[np.ndarray], float]]]:
    def of_shares(p: np.ndarray) -> float:
        rows = p.reshape(len(ids), -1)
        return -float(np.mean(np.log(rows[np.arange(len(ids)), ids])))

    def of_logits(p: np.ndarray) -> float:
        rows = p.reshape(len(ids), -1)
        return float(np.mean(np.log(np.exp(rows).sum(-1)) - rows[np.arange(len(ids)), ids]))

    return [(name, False, of_shares), (name, True, of_logits)]


def _answers(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Returns shares: of each unit, or of several that sum to 1."""
    values = random.uniform(0.1, 0.9, shape)
    return values / values.sum(-1, keepdims=True) if len(shape) > 1 and shape[-1] > 1 else values


def _follows(values: np.ndarray, reference: np.ndarray) -> bool:
    centred, other = values - values.mean(), reference - reference.mean()
    factor = float(centred @ other / (other @ other)) if other.any() else 0.0
    return factor > 0 and bool(np.abs(centred - factor * other).max() <= _SAME * np.ptp(values))
