"""What an activation can reach, and by how much targets leave that."""

import math
from dataclasses import dataclass

from keras_stable.diagnosis.facts import Evaluation, Labels, Output

_INFINITE = math.inf
# The lower bounds of silu, gelu, selu and elu are their minima.
RANGES = {
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "sparsemax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu": (0.0, _INFINITE),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, _INFINITE),
    "exponential": (0.0, _INFINITE),
    "elu": (-1.0, _INFINITE),
    "selu": (-1.7581, _INFINITE),
    "silu": (-0.2785, _INFINITE),
    "swish": (-0.2785, _INFINITE),
    "gelu": (-0.17, _INFINITE),
    "log_sigmoid": (-_INFINITE, 0.0),
    "log_softmax": (-_INFINITE, 0.0),
}

# Bounded on one side by a clip, which gives no gradient there. No scale of the targets helps: see redundant-activation.
CLIPPING = frozenset({"relu", "relu6"})

FAR = 2.0  # standard deviations between mean and bound beyond which only outliers cross it
NEAR = 0.1  # standard deviations by which a rounding or a rare value may cross


@dataclass(frozen=True)
class Beyond:
    """Targets that an activation cannot reach.

    Attributes:
        low, high: float, what it can reach.
        overshoot: float, how far the targets leave it, in their standard deviations; infinite where they do not vary.
        whole: bool, whether even their mean is out of reach.
        common: bool, whether more than a few outliers are.
    """

    low: float
    high: float
    overshoot: float
    whole: bool
    common: bool


def beyond(output: Output, labels: Labels, evaluation: Evaluation | None = None) -> Beyond | None:
    """Returns by how much the labels leave the range of the last activation; None where they do not.

    An output that was seen beyond that range is scaled afterwards, and is not bounded by it.

    >>> beyond(Output(activation="sigmoid"), Labels(minimum=0.0, maximum=50.0, mean=22.0, std=9.0)).whole
    True
    """
    if output.activation not in RANGES or not math.isfinite(labels.minimum + labels.maximum + labels.mean + labels.std):
        return None
    low, high = RANGES[output.activation]
    slack = 1e-3
    for answer in evaluation.outputs if evaluation else ():
        if answer.name == output.name and (answer.maximum > high + slack or answer.minimum < low - slack):
            return None
    excess = max(low - labels.minimum, labels.maximum - high)
    if excess <= slack:
        return None
    overshoot = excess / labels.std if labels.std > 0 else _INFINITE
    if overshoot <= NEAR:
        return None
    whole = labels.mean < low or labels.mean > high
    lowest = labels.mean - FAR * labels.std < low and labels.minimum < low - slack
    highest = labels.mean + FAR * labels.std > high and labels.maximum > high + slack
    return Beyond(low, high, overshoot, whole, whole or lowest or highest)
