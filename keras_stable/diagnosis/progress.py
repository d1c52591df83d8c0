"""How far a loss has come: the one measure of progress of the judge and of every rule that compares losses.

A loss is only ever compared by its difference to another. What the difference is worth is told by what there was to
gain, from where it began down to the least loss that the targets allow; where that least is not known, by the noise of
the loss. So a constant that is added to the loss changes no verdict, and neither does a factor.
"""

import math
from collections.abc import Sequence

import numpy as np

LEARNT = 0.1
"""Share of what there is to gain that a model has gained which has learnt anything."""

USUAL_STEPS = 3000
"""Steps that a program is taken to train for where no number of epochs was given."""

NOISES = 30.0
"""Standard deviations of the noise that stand for all there is to gain where the least loss is not known.

What counts as learnt, a tenth, is then three standard deviations: more than differing batches explain.
"""

SUBTLE = 1e-9
"""Share of the size of the losses below which a difference is their rounding."""


def gained(start: float, loss: float, floor: float, noise: float = math.nan) -> float:
    """Returns which share of what there is to gain below `start` lies between it and `loss`; negative for a rise.

    Args:
        start: float, the loss from which progress counts.
        loss: float, the loss that was reached.
        floor: float, the least loss that the targets allow; NaN where it is not known. One that lies above the two
            losses is not believed.
        noise: float, standard deviation of the loss around its trend, for losses without a floor.

    Returns:
        1 for all of it, 0 for nothing; infinite where there was nothing to gain; NaN where it cannot be told.

    >>> gained(2.0, 1.5, 0.0), gained(-0.9, -0.95, -1.0), gained(1.0, 0.7, math.nan, 0.1)
    (0.25, 0.5, 0.1)
    >>> gained(2.0, 2.0, 2.0), gained(1.0, 0.5, math.nan)
    (0.0, nan)
    """
    fall = start - loss
    if math.isnan(fall):
        return math.nan
    whole = to_gain(start, min(start, loss), floor, noise)
    if math.isnan(whole):
        return math.nan
    if whole <= 0 or math.isinf(fall):
        return math.copysign(math.inf, fall) if fall else 0.0
    return fall / whole


def to_gain(start: float, least: float, floor: float, noise: float = math.nan) -> float:
    """Returns what there is to gain below `start`, in the unit of the loss; NaN where it cannot be told.

    Args:
        start, floor, noise: as for `gained`.
        least: float, the smallest loss that was seen; a floor above it is not believed.

    >>> to_gain(2.0, 1.0, 0.5), to_gain(2.0, -3.0, 0.5, 0.1)
    (1.5, 3.0)
    """
    rounding = SUBTLE * max(abs(start), abs(floor)) if math.isfinite(floor) else 0.0
    if math.isfinite(floor) and least >= floor - max(rounding, 1e-3 * (start - floor)):
        return max(start - floor, 0.0)
    return NOISES * noise


def noise_of(losses: Sequence[float] | np.ndarray) -> float:
    """Returns the standard deviation of losses around their trend; NaN for fewer than four.

    Second differences leave a straight trend out, and the median leaves out single spikes.

    >>> round(noise_of(np.linspace(5, 1, 1000) + np.random.default_rng(0).normal(0, 0.2, 1000)), 2)
    0.2
    """
    values = np.asarray(losses, "float64")
    values = values[np.isfinite(values)]
    if len(values) < 4:
        return math.nan
    # A second difference of independent values has 6 times their variance; 0.6745 is the normal distribution's.
    return float(np.median(np.abs(np.diff(values, 2))) / 0.6745 / math.sqrt(6))
