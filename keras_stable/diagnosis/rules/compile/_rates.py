"""Which learning rates are usual, and what a short training says about them."""

import math
import statistics
from collections.abc import Iterable

from keras_stable.diagnosis.facts import Compiled, Learning, Probe
from keras_stable.diagnosis.vocabulary import RATE_FACTORS, STANDARDIZED_INPUTS, STANDARDIZED_TARGETS, TrialName

USUAL = {
    "sgd": 0.01,
    "adagrad": 0.01,
    "adadelta": 1.0,
    "adafactor": 0.01,
    "ftrl": 0.01,
    "lion": 1e-4,
    "adam": 1e-3,
    "adamw": 1e-3,
    "adamax": 1e-3,
    "nadam": 1e-3,
    "rmsprop": 1e-3,
    "lamb": 1e-3,
}
HIGHEST = {"sgd": 5.0, "adagrad": 5.0, "adadelta": 50.0, "adafactor": 1.0, "ftrl": 5.0, "lion": 0.01}
LOWEST = {"sgd": 1e-5, "adagrad": 1e-5, "adadelta": 1e-3, "ftrl": 1e-5, "lion": 1e-7}

_ADAPTIVE_HIGHEST, _ADAPTIVE_LOWEST = 0.1, 1e-6
_RIVALS: tuple[TrialName, ...] = (STANDARDIZED_INPUTS, STANDARDIZED_TARGETS)
_CHANCE = 0.02  # share of what there is to gain over a constant answer that chance may gain


def highest(compiled: Compiled) -> float:
    """Returns the rate above which hardly anything trains; infinite for an unknown optimizer."""
    return HIGHEST.get(compiled.optimizer, _ADAPTIVE_HIGHEST if compiled.optimizer in USUAL else math.inf)


def lowest(compiled: Compiled) -> float:
    """Returns the rate below which hardly anything moves; 0 for an unknown optimizer."""
    return LOWEST.get(compiled.optimizer, _ADAPTIVE_LOWEST if compiled.optimizer in USUAL else 0.0)


def lower(compiled: Compiled) -> float:
    """Returns the rate to try where one is too high: the usual one, if that is a tenth of it or less.

    >>> lower(Compiled("adam", 3.0)), lower(Compiled("sgd", 0.05))
    (0.001, 0.005)
    """
    return min(compiled.learning_rate / 10, USUAL.get(compiled.optimizer, math.inf))


def effective_rate(compiled: Compiled) -> float:
    """Returns the rate with what momentum adds to it.

    >>> round(effective_rate(Compiled("sgd", learning_rate=0.1, momentum=0.9)), 6)
    1.0
    """
    if compiled.optimizer != "sgd" or not 0 < compiled.momentum < 1:
        return compiled.learning_rate
    return compiled.learning_rate / (1 - compiled.momentum)


def best_gain(probe: Probe | None, names: Iterable[str]) -> tuple[float, str]:
    """Returns the largest gain of these trials and its name; (NaN, "") where none was run."""
    gains = [(probe.gain(name), name) for name in names] if probe is not None else []
    return max((pair for pair in gains if not math.isnan(pair[0])), default=(math.nan, ""))


def factor(trial: str) -> float:
    """Returns by what a trial of another learning rate multiplies it.

    >>> factor("learning_rate*10")
    10.0
    """
    return next(factor for name, factor in RATE_FACTORS.items() if name == trial)


def rival_gain(probe: Probe | None) -> float:
    """Returns the gain of the best trial that changes the data and leaves the rate alone; NaN without one."""
    return best_gain(probe, _RIVALS)[0]


def reaches_beyond_constant(probe: Probe, name: str, learning: Learning) -> bool:
    """Returns whether a trial got to less than the loss of a constant answer; True where that is unknown."""
    trial = probe.trial(name)
    if trial is None or not math.isfinite(learning.constant_loss):
        return True
    return learning.gained(learning.constant_loss, trial.loss) > _CHANCE


def kernel_update(probe: Probe | None) -> float:
    """Returns the median over kernels of the share by which a step changes them; NaN where unknown.

    Biases start at 0, so their share says nothing.
    """
    if probe is None:
        return math.nan
    shares = [
        share
        for path, share in probe.update_ratio.items()
        if path.rpartition("/")[2].endswith(("kernel", "embeddings")) and math.isfinite(share)
    ]
    return statistics.median(shares) if shares else math.nan
