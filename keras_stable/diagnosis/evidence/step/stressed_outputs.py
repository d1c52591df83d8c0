"""Bounds of an answer that no layer tells of: what it does not leave when its last weights are enormous."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from keras import Variable

from keras_stable.diagnosis.evidence.tracing.answer_bounds import Bounds

_SCALES, _DRAWS = (1e2, 1e4), 2
# A bound is where many answers lie, at either scale: of an answer that grows only one is the largest.
_SHARE, _NEAR = 0.02, 1e-3


def stressed_bounds(answers: Callable[[], np.ndarray], weights: Sequence[Variable], by: str) -> Bounds:
    """Returns the bounds of what a model answers, found with enormous random numbers for its last weights.

    Args:
        answers: runs the model and returns one of its outputs.
        weights: of the last layers that learn; they are left changed.
        by: str, what to call the place that bounds it.

    >>> weight = Variable([1.0])
    >>> bounds = stressed_bounds(lambda: np.clip(np.asarray(weight) * np.arange(-50, 50), 0, 5), [weight], "clip")
    >>> bounds.high, bounds.by
    (5.0, 'clip')
    """
    generator = np.random.default_rng(0)
    seen = []
    for scale in _SCALES:
        drawn = []
        for _ in range(_DRAWS):
            for weight in weights:
                weight.assign((scale * generator.normal(size=weight.shape)).astype("float32"))
            drawn.append(answers().reshape(-1))
        values = np.concatenate(drawn)
        if not np.isfinite(values).all():
            return Bounds()
        seen.append(values)
    low, high = -_highest([-values for values in seen]), _highest(seen)
    return Bounds(low, high, by) if math.isfinite(low) or math.isfinite(high) else Bounds()


def _highest(seen: Sequence[np.ndarray]) -> float:
    """Returns where answers end at every scale; infinite where they do not."""
    ends = [float(values.max()) for values in seen]
    near = _NEAR * max(1e-6, *(abs(end) for end in ends))
    at_end = min(float((values >= end - near).mean()) for values, end in zip(seen, ends, strict=True))
    if max(ends) - min(ends) > near or at_end < _SHARE:
        return math.inf
    return round(ends[-1], 6) + 0.0
