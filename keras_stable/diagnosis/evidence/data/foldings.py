"""Whether the channels of a row stand one after the other in memory, whatever its shape says. Imports no TensorFlow."""

import math

import numpy as np

from keras_stable.diagnosis.facts import Folding

_ROWS = 512
_VALUES = 2**22
_LEAST_ROWS, _LEAST_STEPS, _MOST_CHANNELS = 20, 6, 64


def folding(name: str, values: np.ndarray) -> Folding | None:
    """Returns how rough rows [n, steps, channels] or pictures [n, height, width, channels] are along their memory.

    Rows that held channel after channel, [channels, steps], and were reshaped to [steps, channels], have each value
    beside its neighbour in time, also from the last channel of a step to the first of the next, but not where one
    channel ends and the next begins.

    Args:
        name: str, of the input.
        values: array.

    Returns:
        None for other shapes, few rows, and rows with as many steps as channels, for which both places are the same.

    >>> walks = np.random.default_rng(0).normal(size=(200, 3, 40)).cumsum(axis=2)
    >>> folded, moved = folding("x", walks.reshape(200, 40, 3)), folding("x", walks.transpose(0, 2, 1))
    >>> folded.along < 0.5 * folded.steps, moved.along < 0.5 * moved.steps
    (True, False)
    """
    if values.ndim not in (3, 4):
        return None
    channels = values.shape[-1]
    steps = math.prod(values.shape[1:-1])
    if not 2 <= channels <= _MOST_CHANNELS or steps < _LEAST_STEPS or steps == channels:
        return None
    rows = np.asarray(values[: min(_ROWS, max(1, _VALUES // (steps * channels)))], np.float64)
    rows = rows.reshape(len(rows), channels, steps)
    rows = rows[np.isfinite(rows).all((1, 2))]
    spread = rows.std((0, 2)) if len(rows) >= _LEAST_ROWS else np.zeros(1)
    if not (spread > 0).all():
        return None
    line = ((rows - rows.mean((0, 2))[:, None]) / spread[:, None]).reshape(len(rows), -1)
    beside = np.square(np.diff(line, axis=1)) / 2
    places = np.arange(1, steps * channels)
    ends, wraps = places % steps == 0, places % channels == 0
    if values.ndim == 4:
        # A picture goes on nowhere from the end of a line to the next one.
        within = places % values.shape[2] != 0
        wraps, beside[:, ~within & ~ends] = wraps & within, np.nan
    inside = np.nanmean(beside[:, ~ends & ~wraps], axis=1)
    later = np.square(line[:, channels:] - line[:, :-channels]).mean(1) / 2
    if not (wraps & ~ends).any():
        return None
    above = [later - inside, beside[:, ends].mean(1) - inside]
    errors = [max(float(part.std(ddof=1)) / math.sqrt(len(rows)), 1e-12) for part in above]
    return Folding(
        name=name,
        shape=tuple(values.shape[1:]),
        along=float(inside.mean()),
        steps=float(later.mean()),
        wraps=float(beside[:, wraps & ~ends].mean()),
        ends=float(beside[:, ends].mean()),
        deviations=min(float(part.mean()) / error for part, error in zip(above, errors, strict=True)),
    )
