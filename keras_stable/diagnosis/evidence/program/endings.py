"""How a `fit` ended whose history is there: by which callback, and whether the loss still fell."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.evidence.program.callback_facts import Setting
from keras_stable.diagnosis.evidence.program.stand_in import is_of_keras, simulated
from keras_stable.diagnosis.evidence.program.watching import taken_for_better


def ending(setting: Setting, logs: Mapping[str, Sequence[float]], falling: bool) -> facts.Ending | None:
    """Returns how a `fit` ended whose logs are given; None where it is not known how long it was to be.

    Args:
        setting: its setting.
        logs: by key, an entry an epoch.
        falling: bool, whether its loss still fell at the end.
    """
    count = max((len(values) for values in logs.values()), default=0)
    if setting.epochs is None or not count:
        return None
    planned = setting.epochs - setting.fit.initial_epoch
    if count >= planned:
        return facts.Ending(count, planned, falling=falling)

    def of_epoch(epoch: int) -> dict[str, float]:
        index = epoch - setting.fit.initial_epoch
        return {key: values[index] for key, values in logs.items() if index < len(values)}

    for index, callback in enumerate(setting.fit.callbacks):
        if is_of_keras(callback) and type(callback).__name__ == "EarlyStopping":
            course = simulated(setting.stand_in(), [callback], setting.run, of_epoch)
            if course.stopped and course.epochs == count:
                return facts.Ending(count, planned, index, _best_epoch(callback, setting, logs), falling)
    return facts.Ending(count, planned, falling=falling)


def _best_epoch(callback: Any, setting: Setting, logs: Mapping[str, Sequence[float]]) -> int:
    takes, _ = taken_for_better(callback, setting.metrics)
    values = np.asarray(logs.get(callback.monitor, ()), "float64")[callback.start_from_epoch :]
    if not takes or not np.isfinite(values).any():
        return 0
    best = np.nanargmax(values) if takes == "max" else np.nanargmin(values)
    return int(best) + callback.start_from_epoch + 1
