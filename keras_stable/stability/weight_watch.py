"""Tells when weights or statistics are not finite, or have grown as no update makes them grow."""

from collections.abc import Mapping

import numpy as np

from keras_stable.stability.detection import Alarm
from keras_stable.stability.rollback_state import RollbackState

# Between two reads lie some 16 updates. The largest of many weights grows by a few times in the first of them, and by
# percents later; a flipped bit of the exponent multiplies by 2 ** 16 and more. A moving variance follows its inputs
# within some hundred steps, so that a new kind of input moves it by their ratio; a batch times 1e6 by 1e10.
_WEIGHT_FACTOR = 100.0
_STATISTIC_FACTOR = 1000.0
_READS_BEFORE = 4
_SMALL_STATISTIC = 0.1


class WeightWatch:
    """Takes in the largest absolute value of each variable at every read."""

    def __init__(self) -> None:
        self._largest: dict[str, float] = {}
        self._reads = 0

    def add(self, step: int, state: RollbackState) -> Alarm | None:
        """Looks at the weights as they are; returns what is wrong with them, as of the steps from `step` on."""
        figures = state.weight_figures()
        for name, (_, finite) in figures.items():
            if not np.isfinite(finite):
                return Alarm("nonfinite", _words(name), step, float("nan"), float("inf"))
        if self._reads >= _READS_BEFORE:
            for name, value, limit in grown(self._largest, figures, state):
                return Alarm("weights", _words(name), step, value, limit)
        self._reads += 1
        self._learn(figures)
        return None

    def accept(self, state: RollbackState) -> None:
        """Takes the weights as they are for usual."""
        self._learn(state.weight_figures())

    def _learn(self, figures: dict[str, np.ndarray]) -> None:
        for name, (largest, _) in figures.items():
            self._largest[name] = max(self._largest.get(name, 0.0), float(largest))


def grown(
    before: Mapping[str, float], figures: Mapping[str, np.ndarray], state: RollbackState
) -> list[tuple[str, float, float]]:
    """Returns name, largest value and limit of each variable that has grown as no update makes it grow.

    Args:
        before: the largest absolute value of each so far.
        figures: what `RollbackState.weight_figures` returns now.
        state: of the same variables.
    """
    weights = [value for name, value in before.items() if state.is_trainable(name)]
    usual = float(np.median(weights)) if weights else 0.0
    beyond = []
    for name, (largest, _) in figures.items():
        trainable = state.is_trainable(name)
        floor, factor = (usual, _WEIGHT_FACTOR) if trainable else (_SMALL_STATISTIC, _STATISTIC_FACTOR)
        limit = factor * max(before.get(name, 0.0), floor)
        if largest > limit > 0:
            beyond.append((name, float(largest), limit))
    return beyond


def _words(name: str) -> str:
    return f"largest value of {name.split(':', 2)[-1]}"
