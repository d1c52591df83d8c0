"""The learning-rate range test: how the loss answers while the rate grows."""

import itertools
import math
from collections.abc import Iterable, Sequence

import keras
import numpy as np

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.training.workbench import Workbench
from keras_stable.diagnosis.facts import RateRange
from keras_stable.diagnosis.logs import total
from keras_stable.diagnosis.rule import Skip

# Share of the running mean that stays in a step: it looks back about three of them.
_MEMORY = 0.7
# A loss this many times its best has left for good.
_DIVERGED = 4.0
# Shares of the whole fall of the loss: what counts as a fall at all, and as still being at its bottom.
_FALL, _BOTTOM = 0.02, 0.1


def rate_range(
    model: keras.Model, batches: Iterable[Batch], lowest: float = 1e-7, highest: float = 10.0, steps: int = 60
) -> RateRange:
    """Returns the loss while the learning rate grows by the same factor at every step (Smith 2017, section 3.3).

    Stops when the running mean of the loss is four times its best and above its first, or not finite. The rate
    of an entry is that of the step before its loss was taken, and each loss is corrected by how far its batch was
    above the others before training. `best` is where the running mean falls most for a growing rate, NaN where
    it never falls; `highest` is the last rate at which it was still at its bottom.

    Args:
        model: compiled and built; a copy: weights, optimizer and rate are put back afterwards.
        batches: NumPy batches, taken again and again; no more of them than there are steps.
        lowest, highest: float above 0, the first and last rate.
        steps: int of at least 2.

    Raises:
        Skip: When there are no batches.
    """
    kept = list(itertools.islice(batches, steps))
    if not kept:
        raise Skip("there are no batches")
    bench = Workbench(model)
    planned = np.geomspace(lowest, highest, steps).tolist()
    losses: list[float] = []
    smooth: list[float] = []
    try:
        bench.constant_rate(0.0)
        before = [_loss(bench, batch) for batch in kept]
        bench.restore()
        rounds = itertools.cycle(zip(kept, before, strict=True))
        # A step returns the loss from before it, so each rate is judged by the step after its own.
        bench.constant_rate(planned[0])
        bench.step(next(rounds)[0])
        for following, (batch, own) in zip([*planned[1:], planned[-1]], rounds, strict=False):
            bench.constant_rate(following)
            losses.append(_loss(bench, batch) - own + float(np.mean(before)))
            smooth = running_mean(losses)
            if not math.isfinite(losses[-1]) or smooth[-1] > max(_DIVERGED * min(smooth), smooth[0]):
                break
    finally:
        bench.restore()
    rates = planned[: len(losses)]
    best, top = landmarks(rates, smooth)
    return RateRange(tuple(rates), tuple(losses), best, top, bench.learning_rate)


def running_mean(losses: Sequence[float]) -> list[float]:
    """Returns the exponential running mean, each value an average of the losses so far.

    >>> running_mean([1.0, 1.0, 1.0])
    [1.0, 1.0, 1.0]
    """
    total, weight, means = 0.0, 0.0, []
    for loss in losses:
        total, weight = _MEMORY * total + loss, _MEMORY * weight + 1
        means.append(total / weight)
    return means


def landmarks(rates: Sequence[float], smooth: Sequence[float]) -> tuple[float, float]:
    """Returns the rate of the steepest descent, and the last one at which the loss was at its bottom.

    >>> landmarks([1e-4, 1e-3, 1e-2, 1e-1, 1.0], [2.0, 1.9, 1.0, 0.9, 5.0])
    (0.01, 0.1)
    """
    finite = [value for value in smooth if math.isfinite(value)]
    if not finite:
        return math.nan, math.nan
    fall = finite[0] - min(finite)
    bottom = [index for index, value in enumerate(finite) if value <= min(finite) + max(_BOTTOM * fall, _slack(finite))]
    if len(finite) < 2 or fall <= _slack(finite):
        return math.nan, rates[bottom[-1]]
    return rates[int(np.argmin(np.diff(finite))) + 1], rates[bottom[-1]]


def _loss(bench: Workbench, batch: Batch) -> float:
    return total(bench.step(batch))


def _slack(finite: Sequence[float]) -> float:
    return _FALL * abs(finite[0])
