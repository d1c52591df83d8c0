"""Values of the inputs that are the target itself. Imports no TensorFlow."""

import math
from collections.abc import Iterator

import numpy as np

from keras_stable.diagnosis.evidence.data.row_access import is_number
from keras_stable.diagnosis.evidence.data.step_shifts import step_shift
from keras_stable.diagnosis.facts import TargetCopy

# Nearly all rows, and enough of them that no other relation gives it.
_SHARE, _LEAST_ROWS = 0.95, 32
# Of classes all rows: a column that names the class of most is a good feature.
_CERTAIN = 0.9999
# Correlation of neighbouring columns from which on a table is a window of a series.
_LIKE = 0.5
# By which a value that was scaled in float32 may miss, in standard deviations of the target.
_NEAR = 1e-4
_COLUMNS, _TARGETS = 1 << 14, 64
# Fewer different targets are classes or grades, which a column may match for a good reason.
_NUMBERS = 20


def copy_of_target(name: str, x: np.ndarray, output: str, y: np.ndarray) -> TargetCopy | None:
    """Returns where the target stands in the input, or None.

    Tables [n, columns] and sequences [n, steps, features] are searched. In a sequence the target may be scaled: the
    slope is the median over pairs of rows, so that a few rows may differ. In a table it may not, since a target may
    well be a linear function of a column. A reconstruction of the input, or of its steps moved in time, is no copy.

    Args:
        name, output: str, of the input and the output.
        x: array [n, ...]; y: array [n, ...] of numbers.

    >>> series = np.random.default_rng(0).normal(size=140)
    >>> windows = np.lib.stride_tricks.sliding_window_view(series, 8)[..., None]
    >>> copy_of_target("input", windows, "output", windows[:, -1, 0]).place
    (7, 0)
    """
    if x.ndim not in (2, 3) or not is_number(x.dtype) or len(x) < _LEAST_ROWS or y.shape == x.shape:
        return None
    by_step = x.ndim == 3 and y.ndim >= 2 and y.shape[1] == x.shape[1] > 1
    if by_step and (each := _each_step(name, x, output, y)) is not None:
        return each
    if by_step and step_shift(x, y) is not None:
        return None
    targets = _ids(y).reshape(len(y), -1).astype("float64")
    values = x.reshape(len(x), -1)
    if targets.shape[1] >= values.shape[1] or values.shape[1] > _COLUMNS:
        return None
    scaled = x.ndim == 3 or _is_window(values)
    copies = list(_copies(values, targets[:, :_TARGETS], scaled))
    # A table of which several columns are to be given back is a reconstruction, and so are steps in another order.
    if not copies or (x.ndim == 2 and targets.shape[1] > 1) or (by_step and 2 * len(copies) > targets.shape[1]):
        return None
    target, column, share, factor, offset, few = copies[0]
    if few and (x.ndim == 3 or share < _CERTAIN):
        return None
    place = (column,) if x.ndim == 2 else (column // x.shape[2], column % x.shape[2])
    return TargetCopy(
        input=name,
        output=output,
        target=f"[{target}]" if targets.shape[1] > 1 else "",
        place=tuple(map(int, place)),
        share=share,
        factor=factor,
        offset=offset,
        samples=len(x),
        steps=x.shape[1] if x.ndim == 3 else 0,
        copied=len(copies),
        targets=targets.shape[1],
        classes=few,
    )


def _each_step(name: str, x: np.ndarray, output: str, y: np.ndarray) -> TargetCopy | None:
    """Returns the feature that is the target step by step, of several; the only one would be a reconstruction."""
    targets = y.reshape(len(y), y.shape[1], -1)
    if x.shape[2] < 2 or targets.shape[2] != 1:
        return None
    copies = list(_copies(x.reshape(-1, x.shape[2]), targets.reshape(-1, 1).astype("float64"), False))
    if not copies or copies[0][5]:
        return None
    _, feature, share, factor, offset, _ = copies[0]
    return TargetCopy(name, output, "", (0, int(feature)), True, share, factor, offset, len(x), x.shape[1])


def _ids(y: np.ndarray) -> np.ndarray:
    """Returns the class of rows with a single 1; other targets as they are."""
    wide = y.ndim == 2 and y.shape[1] > 1 and bool(((y == 0) | (y == 1)).all())
    return y.argmax(1) if wide and bool((y.sum(1) == 1).all()) else y


def _is_window(values: np.ndarray) -> bool:
    """Returns whether the columns are the steps of one series: each is like its neighbour, with the same scale."""
    numbers = values.astype("float64")
    spread = numbers.std(0)
    if values.shape[1] < 3 or not (spread > 0).all() or spread.max() > 1.1 * spread.min():
        return False
    unit = (numbers - numbers.mean(0)) / spread
    return bool(np.median((unit[:, 1:] * unit[:, :-1]).mean(0)) > _LIKE)


def _copies(
    values: np.ndarray, targets: np.ndarray, scaled: bool
) -> Iterator[tuple[int, int, float, float, float, bool]]:
    """Yields (target, column, share, factor, offset, whether there are few different targets)."""
    values = np.asarray(values, "float64")
    spread = values.std(0)
    for index, target in enumerate(targets.T):
        scale = target.std()
        few = len(np.unique(target)) < _NUMBERS
        if not np.isfinite(scale) or scale == 0:
            continue
        with np.errstate(invalid="ignore", divide="ignore"):
            likeness = np.abs(((values - values.mean(0)) * (target - target.mean())[:, None]).mean(0) / spread / scale)
        # A twentieth of the rows may differ by any amount, so likeness only orders the columns.
        order = np.argsort(-np.nan_to_num(likeness, nan=0.0))[:8]
        best = max((_match(values[:, column], target, scale, scaled and not few), int(column)) for column in order)
        (share, factor, offset), column = best
        if share >= _SHARE:
            yield index, column, share, factor, offset, few


def _match(values: np.ndarray, target: np.ndarray, scale: float, scaled: bool) -> tuple[float, float, float]:
    """Returns the share of the rows in which the target is the value, as it is or scaled, with factor and offset."""
    equal = float(np.mean(np.abs(values - target) <= _NEAR * scale))
    if equal >= _SHARE or not scaled:
        return equal, 1.0, 0.0
    steps, rises = np.diff(values), np.diff(target)
    moving = np.abs(steps) > 1e-3 * max(values.std(), 1e-30)
    if moving.sum() < _LEAST_ROWS // 2:
        return equal, 1.0, 0.0
    factor = float(np.median(rises[moving] / steps[moving]))
    offset = float(np.median(target - factor * values))
    if factor == 0 or not math.isfinite(factor + offset):
        return equal, 1.0, 0.0
    return float(np.mean(np.abs(factor * values + offset - target) <= 10 * _NEAR * scale)), factor, offset
