"""What an output can reach, and by how much targets leave that."""

import math
from dataclasses import dataclass

from keras_stable.diagnosis.facts import Evaluation, Labels, Output
from keras_stable.diagnosis.vocabulary import RANGES

# Bounded on one side by a clip, which gives no gradient there. No scale of the targets helps: see redundant-activation.
CLIPPING = frozenset({"relu", "relu6"})

_NO_RANGE = (-math.inf, math.inf)
FAR = 2.0  # standard deviations between mean and bound beyond which only outliers cross it
NEAR = 0.1  # standard deviations by which a rounding or a rare value may cross


@dataclass(frozen=True)
class Beyond:
    """Targets that an output cannot reach.

    Attributes:
        low, high: float, what it can reach.
        by: str, in words, what bounds it: an activation, or a layer.
        overshoot: float, how far the targets leave it, in their standard deviations; infinite where they do not vary.
        whole: bool, whether even their mean is out of reach.
        common: bool, whether more than a few outliers are.
    """

    low: float
    high: float
    by: str
    overshoot: float
    whole: bool
    common: bool


def beyond(output: Output, labels: Labels, evaluation: Evaluation | None = None) -> Beyond | None:
    """Returns by how much the labels leave the range of the output, or of its last activation; None where they do not.

    An output that was seen beyond that range is scaled afterwards, and is not bounded by it.

    >>> beyond(Output(activation="sigmoid"), Labels(minimum=0.0, maximum=50.0, mean=22.0, std=9.0)).whole
    True
    """
    if not math.isfinite(labels.minimum + labels.maximum + labels.mean + labels.std):
        return None
    low, high = (output.low, output.high) if output.bounded_by else RANGES.get(output.activation, _NO_RANGE)
    by = output.activation if output.activation in RANGES else output.bounded_by
    slack = 1e-3
    for answer in evaluation.outputs if evaluation else ():
        if answer.name == output.name and (answer.maximum > high + slack or answer.minimum < low - slack):
            return None
    excess = max(low - labels.minimum, labels.maximum - high)
    if excess <= slack:
        return None
    overshoot = excess / labels.std if labels.std > 0 else math.inf
    if overshoot <= NEAR:
        return None
    whole = labels.mean < low or labels.mean > high
    lowest = labels.mean - FAR * labels.std < low and labels.minimum < low - slack
    highest = labels.mean + FAR * labels.std > high and labels.maximum > high + slack
    return Beyond(low, high, by, overshoot, whole, whole or lowest or highest)
