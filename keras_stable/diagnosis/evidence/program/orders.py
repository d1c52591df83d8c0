"""How labels are spread over batches, against random batches of the same labels. Imports no TensorFlow."""

from collections.abc import Sequence

import numpy as np

from keras_stable.diagnosis.evidence.data.label_kinds import are_classes, class_ids, kind_of
from keras_stable.diagnosis.facts import Order

_SHUFFLES = 60
_LEAST_BATCHES = 4
_MOST_BATCHES = 400


def order_of(output: str, parts: Sequence[np.ndarray], loss: str = "", seed: int = 0) -> Order | None:
    """Returns how the labels of one output are spread over batches; None where the question makes no sense.

    It makes none for fewer than four batches of at least two rows, for labels of several values a row that are no
    classes, and for labels that are all the same.

    Args:
        output: str, its name.
        parts: labels batch by batch, in the order of the pipeline.
        loss: str, as in `Output.loss`; "" where it is not known. Default: "".
        seed: int, of the random batches. Default: 0.

    >>> order = order_of("digits", [np.array([k, k, k, k]) for k in range(8)])
    >>> order.seen, order.concentration, order.deviations > 10
    (1.0, 1.0, True)
    """
    parts = [part for part in parts[:_MOST_BATCHES] if len(part) > 1]
    if len(parts) < _LEAST_BATCHES or len({part.shape[1:] for part in parts}) > 1:
        return None
    labels = np.concatenate(parts)
    if not np.isfinite(np.asarray(labels, np.float64)).all():
        return None
    sizes = [len(part) for part in parts]
    kind = kind_of(labels, loss)
    scalar = labels.size == len(labels)
    if are_classes(labels, kind) and (scalar or (labels.ndim == 2 and kind in ("one_hot", "distribution"))):
        return _classes(output, class_ids(labels, kind), sizes, np.random.default_rng(seed))
    if scalar and kind == "real":
        return _numbers(output, np.asarray(labels, np.float64).ravel(), sizes)
    return None


def _classes(output: str, ids: np.ndarray, sizes: Sequence[int], generator: np.random.Generator) -> Order | None:
    names, codes = np.unique(ids, return_inverse=True)
    if len(names) < 2:
        return None
    batches = np.repeat(np.arange(len(sizes)), sizes)
    count, agreement = _figures(codes, batches, len(names), sizes)
    drawn = [_figures(generator.permutation(codes), batches, len(names), sizes) for _ in range(_SHUFFLES)]
    counts, agreements = np.array(drawn).T
    expected = agreements.mean()
    return Order(
        output,
        "classes",
        len(sizes),
        seen=count,
        expected=float(counts.mean()),
        concentration=float((agreement - expected) / max(1 - expected, 1e-9)),
        deviations=float((agreement - expected) / max(agreements.std(ddof=1), 1e-9)),
    )


def _figures(codes: np.ndarray, batches: np.ndarray, classes: int, sizes: Sequence[int]) -> tuple[float, float]:
    """Returns the mean number of classes in a batch, and how often two of its rows have the same class."""
    _, of_batch, counts = _cells(codes, batches, classes)
    pairs = np.bincount(of_batch, counts * (counts - 1), len(sizes))
    rows = np.asarray(sizes)
    return len(counts) / len(sizes), float(pairs.sum() / (rows * (rows - 1)).sum())


def _cells(codes: np.ndarray, batches: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    cells, counts = np.unique(batches * classes + codes, return_counts=True)
    return cells, cells // classes, counts.astype(np.float64)


def _numbers(output: str, values: np.ndarray, sizes: Sequence[int]) -> Order | None:
    rows, groups = len(values), len(sizes)
    total = float(np.square(values - values.mean()).sum())
    if total <= 0 or rows <= groups + 1:
        return None
    starts = np.cumsum([0, *sizes[:-1]])
    means = np.add.reduceat(values, starts) / np.asarray(sizes)
    between = float((np.asarray(sizes) * np.square(means - values.mean())).sum()) / total
    # Of independent values, batches explain this much of the variance; it is beta distributed (Fisher 1925).
    expected = (groups - 1) / (rows - 1)
    deviation = np.sqrt(2 * expected * (1 - expected) / (rows + 1))
    ranks = values.argsort(kind="stable").argsort(kind="stable")
    return Order(
        output,
        "numbers",
        groups,
        seen=1 - between,
        expected=1 - expected,
        concentration=float((between - expected) / max(1 - expected, 1e-9)),
        deviations=float((between - expected) / max(deviation, 1e-9)),
        trend=float(np.corrcoef(ranks, np.arange(rows))[0, 1]),
    )


def are_windows(rows: np.ndarray) -> bool:
    """Whether most rows are the row before them moved on by a few places, as windows over a series are.

    Args:
        rows: array [n, length, ...] of numbers, in the order of the pipeline.

    >>> series = np.random.default_rng(0).normal(size=40)
    >>> are_windows(np.stack([series[i : i + 8] for i in range(32)])), are_windows(series.reshape(10, 4))
    (True, False)
    """
    if rows.ndim < 2 or len(rows) < 4 or rows.shape[1] < 3 or rows.dtype.kind not in "biuf":
        return False
    before, after = np.asarray(rows[:-1], np.float64), np.asarray(rows[1:], np.float64)
    scale = float(rows.std()) or 1.0
    for step in range(1, min(9, rows.shape[1] // 2 + 1)):
        for kept, moved in ((before[:, step:], after[:, :-step]), (before[:, :-step], after[:, step:])):
            apart = np.abs(kept - moved).reshape(len(kept), -1).mean(axis=1)
            varies = kept.reshape(len(kept), -1).std(axis=1) > 1e-3 * scale
            if varies.any() and float((apart[varies] < 1e-3 * scale).mean()) > 0.5:
                return True
    return False
