"""Whether a loss falls by more than its noise."""

import math

import numpy as np
from scipy.special import stdtrit

FALSE_ALARMS = 0.01
"""Share of losses without a trend that may be taken to fall, however strongly neighbours are correlated."""

_BLOCKS = 50  # enough to see the correlation of neighbours; medians of three leave single spikes out
_SHORT = 12  # of fewer losses than twice this, the second half is too short to say anything
_CAUTION = 1.5  # standard errors that are added to the correlation, which short series hide
_CORRELATED = 0.97
_FEWEST = 0.5  # degrees of freedom
_ROUNDING = 1e-10  # share of a trend that rounding leaves over
_EQUAL = 1e-12  # share of their size by which equal losses differ


def falls(losses: np.ndarray) -> bool:
    """Returns whether the loss falls at its end, in the second half, by more than its noise.

    Two tests share the false alarms. One asks whether the slope of a straight line is more than what its standard
    error allows, at the t quantile of as many independent values as the correlated ones are worth; noise that is
    large beside the trend passes it in long series. The other asks the same of the mean step from one value to the
    next, which even a random walk does not pass by chance; a smooth curve of a few values passes it.

    >>> falls(np.linspace(2.0, 1.0, 12)), falls(np.full(12, 2.0))
    (True, False)
    """
    medians, _ = second_half(losses)
    if len(medians) < 4 or np.ptp(medians) <= _EQUAL * np.abs(medians).max():
        return False
    return _line_falls(medians) or _steps_fall(medians)


def second_half(losses: np.ndarray) -> tuple[np.ndarray, float]:
    """Returns medians over stretches of the second half, which single spikes do not move, and the stretch length."""
    start = min(len(losses) // 2, max(len(losses) - _SHORT, 0))
    half = losses[start:]
    parts = np.array_split(half, min(_BLOCKS, max(len(half), 1)))
    return np.array([np.median(part) for part in parts if len(part)]), len(half) / max(len(parts), 1)


def line(values: np.ndarray) -> tuple[float, np.ndarray]:
    """Returns the slope of a straight line through evenly spaced values, and what the line leaves over."""
    x = np.arange(len(values)) - (len(values) - 1) / 2
    centred = values - values.mean()
    slope = float(x @ centred / (x @ x))
    return slope, centred - slope * x


def _line_falls(values: np.ndarray) -> bool:
    slope, rest = line(values)
    count, squares = len(values), float(rest @ rest)
    if squares <= (_ROUNDING * float(np.abs(slope))) ** 2 * count**3:
        return slope < 0
    correlation = _correlation(rest, squares)
    # Where neighbours are so correlated, the variance of the mean is larger by this factor.
    inflation = (1 + correlation) / (1 - correlation)
    freedom = count / inflation - 2
    if freedom < _FEWEST:
        return False
    spread = (count**3 - count) / 12
    error = math.sqrt(squares / (count - 2) / spread * inflation)
    return bool(slope / error < stdtrit(freedom, FALSE_ALARMS / 2))


def _correlation(rest: np.ndarray, squares: float) -> float:
    """Returns a cautious correlation of neighbours: the measured one, without its bias, plus what chance may hide."""
    count = len(rest)
    measured = float(rest[1:] @ rest[:-1]) / squares
    bias = (2 + 4 * max(measured, 0.0)) / count
    error = math.sqrt(max(1 - measured**2, 0.0) / count)
    return min(max(measured + bias + _CAUTION * error, 0.0), _CORRELATED)


def _steps_fall(values: np.ndarray) -> bool:
    steps = np.diff(values)
    mean, error = float(steps.mean()), float(steps.std(ddof=1)) / math.sqrt(len(steps))
    if error <= _ROUNDING * abs(mean):
        return mean < 0
    return bool(mean / error < stdtrit(len(steps) - 1, FALSE_ALARMS / 2))
