"""The learning rate over the planned steps: simulated, or as a history has it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.evidence.program.own_functions import isolated, unheard
from keras_stable.diagnosis.evidence.program.stand_in import Run, StandIn, is_of_keras, simulated, spread_steps
from keras_stable.diagnosis.rule import Skip

# A schedule is run step by step by TensorFlow, which takes about a millisecond.
_MOST = 400
# How far beyond the plan a peak is looked for, in lengths of the plan.
_LATER = (1.25, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)
_KEYS = ("learning_rate", "lr")
# The chain of a function that gets its own last result: so many epochs tell whether it shrinks more and more.
_PROBED = 0.5


def observed_path(
    logs: Mapping[str, Sequence[float]], kind: str, epochs: int, steps_per_epoch: int
) -> facts.Schedule | None:
    """Returns the path that a history has, of `ReduceLROnPlateau` and its like; None where it has none."""
    rates = next((tuple(map(float, logs[key])) for key in _KEYS if len(logs.get(key, ())) > 1), ())
    if not rates or not np.isfinite(rates).all():
        return None
    at = tuple(epoch * steps_per_epoch for epoch in range(len(rates)))
    steps = max(epochs, len(rates)) * steps_per_epoch
    return facts.Schedule(
        kind=kind,
        unit="epoch",
        observed=True,
        epochs=len(rates),
        steps=min(steps, len(rates) * steps_per_epoch),
        steps_per_epoch=steps_per_epoch,
        at=at,
        rates=rates,
        later=math.nan,
    )


def planned_path(learning_rate: Any, callbacks: Sequence[Any], run: Run, first_step: int = 0) -> facts.Schedule:
    """Returns the path of the rate over a `fit`, as Keras's own schedules and callbacks set it.

    `ReduceLROnPlateau` waits for a plateau that nobody can foresee, so it is left out.

    Args:
        learning_rate: as the optimizer was given it.
        callbacks: of `fit`.
        run: the epochs, with their steps.
        first_step: int, steps that the optimizer has taken before.

    Raises:
        Skip: the rate is constant.
    """
    schedulers = [c for c in callbacks if is_of_keras(c) and type(c).__name__ == "LearningRateScheduler"]
    if isinstance(learning_rate, float) and not schedulers:
        raise Skip("the learning rate is constant")
    by_epoch = bool(schedulers)
    counted = Run(run.epochs, 1, run.initial_epoch) if by_epoch else run
    steps = (counted.epochs - counted.initial_epoch) * counted.steps
    at = spread_steps(steps, _MOST)
    course = simulated(StandIn(learning_rate, first_step), schedulers, counted, at=at)
    wide = run.steps if by_epoch else 1
    scheduled = isinstance(learning_rate, keras.optimizers.schedules.LearningRateSchedule)
    other = "constant" if isinstance(learning_rate, float) else "callable"
    return facts.Schedule(
        kind="LearningRateScheduler" if by_epoch else type(learning_rate).__name__ if scheduled else other,
        unit="epoch" if by_epoch else "step",
        epochs=run.epochs - run.initial_epoch,
        steps=steps * wide,
        steps_per_epoch=run.steps,
        first_step=first_step,
        at=tuple(step * wide for step in course.at),
        rates=course.rates,
        later=_later(learning_rate, schedulers, counted, first_step),
        intended=_intended(schedulers, learning_rate, run) if by_epoch else math.nan,
        settings=_numbers(learning_rate) if scheduled else {},
        error=course.error,
    )


def _later(learning_rate: Any, schedulers: Sequence[Any], run: Run, first_step: int) -> float:
    """Returns the highest rate that would come if training went on; NaN where a function refuses to tell."""
    epochs = run.epochs - run.initial_epoch
    if schedulers:
        longer = Run(run.initial_epoch + 10 * epochs, 1, run.initial_epoch)
        if 10 * epochs > 5000:
            return math.nan
        course = simulated(StandIn(learning_rate, first_step), schedulers, longer)
        return max(course.rates) if course.rates and not course.error else math.nan
    last = epochs * run.steps
    at = sorted({round(last * factor) for factor in _LATER})
    course = simulated(StandIn(learning_rate, first_step), (), Run(1, at[-1] + 1, 0), at=at)
    return max(course.rates) if course.rates and not course.error else math.nan


def _intended(schedulers: Sequence[Any], learning_rate: Any, run: Run) -> float:
    """Returns the last rate of a function that shrinks its own last result by more in each epoch, had it not been so.

    `lr * 0.9**epoch` is 0.9 to the power of 0 + 1 + 2 + ... and not of the number of the epoch.
    """
    first, last = run.initial_epoch + 1, run.epochs - 1
    if len(schedulers) != 1 or last - first < 2 or not isinstance(learning_rate, float):
        return math.nan
    function, epochs = isolated(schedulers[0].schedule), (first, (first + last) // 2, last)
    with unheard():
        try:
            factors = [float(function(epoch, 1.0)) for epoch in epochs]
            halves = [float(function(epoch, _PROBED)) for epoch in epochs]
        except Exception:  # noqa: BLE001 - the user's function; what it raises in `fit` is told elsewhere
            return math.nan
    proportional = np.allclose(np.asarray(factors) * _PROBED, halves, rtol=1e-6, atol=0)
    if not proportional or not (1 >= factors[0] > factors[1] > factors[2] >= 0 or factors[0] > factors[2] == 0):
        return math.nan
    return learning_rate * factors[2]


def _numbers(schedule: Any) -> dict[str, float]:
    try:
        config = schedule.get_config()
    except NotImplementedError:
        return {}
    return {name: float(value) for name, value in config.items() if isinstance(value, int | float)}
