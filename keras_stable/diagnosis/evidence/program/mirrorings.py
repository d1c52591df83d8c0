"""Rows that come mirrored, and whether their targets should be. Imports no TensorFlow."""

from collections.abc import Iterator

import numpy as np

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.data.row_access import is_number
from keras_stable.diagnosis.evidence.program.features import features_from
from keras_stable.diagnosis.evidence.program.kernel_ridge import KernelRidge
from keras_stable.diagnosis.facts import Mirroring

SIDES = {"left and right": 2, "top and bottom": 1}
"""What changes places, with the axis of pictures [n, height, width, channels] that is turned round."""

MOST_ROWS = 400
_LEAST_ROWS = 40
_VALUES = 2**24
_COLUMNS = 16
_LIKE, _LIKER = 0.95, 0.5  # correlation with a mirrored row, and what it leaves of the distance to any other
_EQUAL = 1e-3  # standard deviations of a target
_SYMMETRIC = 0.5  # share of spatial targets that are their own mirror image


def mirrored_rows(before: np.ndarray, after: np.ndarray, axis: int) -> np.ndarray:
    """Returns for each later picture the number of the earlier one whose mirror image it is; -1 for none.

    >>> pictures = np.random.default_rng(0).random((20, 6, 6, 1))
    >>> later = np.concatenate([pictures[3:5], pictures[7:9, :, ::-1]])
    >>> mirrored_rows(pictures, later, 2).tolist()
    [-1, -1, 7, 8]
    """
    plain, turned = (_likeness(part, after) for part in (before, np.flip(before, axis)))
    best = turned.argmax(0)
    like, other = turned.max(0), plain.max(0)
    return np.where((like > _LIKE) & (1 - like < _LIKER * (1 - other)), best, -1)


def seen_mirrorings(
    names: tuple[str, str], before: Batch, after: Batch | None, *, epoch: int = 0, layer: str = "", side: str = ""
) -> Iterator[Mirroring]:
    """Yields what is mirrored of the first input that holds pictures, for each number of the only target.

    Args:
        names: of the input and the output.
        before: rows of the first epoch; at most 400 are looked at.
        after: rows of a later epoch; None where a layer mirrors.
        epoch: int, of the later rows. Default: 0.
        layer: str, path of the layer. Default: "".
        side: str, as in `SIDES`, what the layer mirrors. Default: all are tried.
    """
    pictures, truth = _pictures(before), leaves(before.y)
    if pictures is None or len(truth) != 1 or not is_number(truth[0].dtype) or len(pictures) < _LEAST_ROWS:
        return
    y = np.asarray(truth[0][: len(pictures)], np.float64)
    spatial = y.ndim >= 3 and y.shape[1:3] == pictures.shape[1:3]
    if not np.isfinite(y).all() or not (spatial or y.size <= _COLUMNS * len(y)):
        return
    for name, axis in SIDES.items():
        if side and side != name:
            continue
        rows, kept = 0, 1.0
        if after is not None:
            rows, kept = _kept(pictures, y, after, axis)
            if not rows:
                continue
        seen = Mirroring(*names, side=name, layer=layer, epoch=epoch, rows=rows, kept=kept, spatial=spatial)
        if spatial:
            symmetric = np.isclose(np.flip(y, axis), y).reshape(len(y), -1).all(1).mean()
            if symmetric < _SYMMETRIC:
                yield seen
        else:
            yield from _columns(seen, pictures, y.reshape(len(y), -1), axis)


def _pictures(batch: Batch) -> np.ndarray | None:
    for leaf in leaves(batch.x):
        if leaf.ndim == 4 and is_number(leaf.dtype) and min(leaf.shape[1:3]) > 2:
            return leaf[: min(MOST_ROWS, max(1, _VALUES // leaf[:1].size))]
    return None


def _likeness(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Returns the correlation of each row of one with each of the other."""
    units = []
    for part in (one, other):
        flat = np.asarray(part, np.float32).reshape(len(part), -1)
        flat = flat - flat.mean(1, keepdims=True)
        units.append(flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12))
    return units[0] @ units[1].T


def _kept(pictures: np.ndarray, y: np.ndarray, after: Batch, axis: int) -> tuple[int, float]:
    """Returns how many later rows are mirror images of earlier ones, and the share with the same target."""
    later, truth = _pictures(after), leaves(after.y)
    if later is None or later.shape[1:] != pictures.shape[1:] or len(truth) != 1:
        return 0, 1.0
    targets = np.asarray(truth[0][: len(later)], np.float64)
    match = mirrored_rows(pictures, later, axis)
    rows = np.flatnonzero(match >= 0)
    if not len(rows) or targets.shape[1:] != y.shape[1:]:
        return 0, 1.0
    apart = np.abs(targets[rows] - y[match[rows]]).reshape(len(rows), -1).mean(1)
    return len(rows), float((apart <= _EQUAL * max(float(y.std()), 1e-12)).mean())


def _columns(seen: Mirroring, pictures: np.ndarray, y: np.ndarray, axis: int) -> Iterator[Mirroring]:
    half = len(pictures) // 2
    turned = np.flip(pictures, axis)
    made, asked = (np.concatenate([pictures[part], turned[part]]) for part in (slice(half), slice(half, None)))
    features = features_from([made], [False])
    both, plain = KernelRidge(features([made])), KernelRidge(features([pictures[:half]]))
    rows, asked_rows = features([asked]), features([pictures[half:]])
    for column in range(y.shape[1]):
        values = y[:, column] - y[:, column].mean()
        if len(np.unique(values)) < 3:
            continue  # classes, of which none is the other side of the mean

        def twice(part: slice, sign: int, values: np.ndarray = values) -> np.ndarray:
            return np.concatenate([values[part], sign * values[part]])[:, None]

        same, other = (
            _explained(both.predict(twice(slice(half), sign), rows), twice(slice(half, None), sign)) for sign in (1, -1)
        )
        own, size = (
            _explained(plain.predict(of[:half, None], asked_rows), of[half:, None])
            for of in (values, np.abs(values) - np.abs(values).mean())
        )
        index = column if y.shape[1] > 1 else -1
        yield Mirroring(**{**vars(seen), "column": index, "own": own, "same": same, "turned": other, "size": size})


def _explained(told: np.ndarray, truth: np.ndarray) -> float:
    return float(1 - np.square(told - truth).sum() / max(np.square(truth - truth.mean()).sum(), 1e-12))
