"""A `fit` without a model: Keras's own callbacks and schedules, run over the planned epochs on a stand-in."""

import bisect
import copy
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from keras_stable.diagnosis.evidence.model.own_steps import inner
from keras_stable.diagnosis.evidence.program.own_functions import isolated, unheard
from keras_stable.imports import first_line
from keras_stable.keras_private import home_in_keras, learning_rate_source

SETS_RATE, STOPS = ("LearningRateScheduler", "ReduceLROnPlateau"), ("EarlyStopping", "TerminateOnNaN")

Logs = Callable[[int], Mapping[str, float]]


class StandIn:
    """What callbacks that set the rate or stop the training need of a model.

    Args:
        learning_rate: a number, a schedule or a function, as an optimizer takes it.
        first_step: int, the steps that the optimizer has taken. Default: 0.
        metrics: those of the model, by which a callback with `mode="auto"` goes. Default: none.
    """

    def __init__(self, learning_rate: Any, first_step: int = 0, metrics: Iterable[Any] = ()) -> None:
        self.optimizer: Any = keras.optimizers.SGD(learning_rate)
        self.optimizer.iterations.assign(first_step)
        self.metrics = list(metrics)
        self.stop_training = False

    def get_weights(self) -> list[Any]:
        """Returns no weights."""
        return []

    def set_weights(self, weights: list[Any]) -> None:
        """Does nothing with no weights."""


@dataclass(frozen=True)
class Run:
    """Which epochs a `fit` trains.

    Attributes:
        epochs: int, `epochs` of `fit`; steps: int, in each of them; initial_epoch: int.
    """

    epochs: int
    steps: int = 1
    initial_epoch: int = 0


@dataclass(frozen=True)
class Course:
    """What happened in a simulated `fit`.

    Attributes:
        at: tuple of int, the steps that were looked at, from 0; rates: tuple of float, at these steps.
        epochs: int, that were trained.
        epoch_rates: tuple of float, the rate at the end of each of them.
        error: str, class and first line of what `fit` would raise; "".
        stopped: bool, whether a callback ended it.
    """

    at: tuple[int, ...] = ()
    rates: tuple[float, ...] = ()
    epochs: int = 0
    epoch_rates: tuple[float, ...] = ()
    error: str = ""
    stopped: bool = False


def is_of_keras(callback: Any) -> bool:
    """Whether a callback is of one of Keras's own classes, and not of a class on top of it."""
    return home_in_keras(type(callback))[:1] == ["callbacks"]


def learning_rate_of(optimizer: Any) -> Any:
    """Returns what an optimizer was given: its schedule or function, or the number that its rate is now."""
    updating = inner(optimizer)
    source = learning_rate_source(updating)
    return float(updating.learning_rate) if isinstance(source, keras.Variable) or source is None else source


def simulated(
    model: StandIn,
    callbacks: Sequence[Any],
    run: Run,
    logs: Logs = lambda epoch: {},
    *,
    at: Collection[int] | None = None,
    batch_logs: Callable[[int], Mapping[str, float]] | None = None,
) -> Course:
    """Returns the course of a `fit`: the callbacks' own methods are called, on copies, in the order of `fit`.

    Args:
        model: the stand-in, which is changed.
        callbacks: of `fit`; those of Keras that set the rate or stop the training are run, the others passed over.
        run: the epochs.
        logs: returns the logs at the end of an epoch.
        at: the steps of the training at which the rate is looked at; None for all. With `batch_logs` all are.
        batch_logs: returns the logs of a step of the training; None where no callback needs them.
    """
    acting = [_copied(callback, model) for callback in callbacks if _acts(callback)]
    steps_at, rates, epoch_rates = [], [], []
    first, trained = int(model.optimizer.iterations), 0
    wanted = None if at is None else sorted(set(at))
    with unheard():
        try:
            for callback in acting:
                callback.on_train_begin()
            for epoch in range(run.initial_epoch, run.epochs):
                for callback in acting:
                    callback.on_epoch_begin(epoch)
                start = trained * run.steps
                for step in _steps(start, run.steps, wanted, batch_logs is not None):
                    model.optimizer.iterations.assign(first + step)
                    steps_at.append(step)
                    rates.append(float(model.optimizer.learning_rate))
                    step_logs = {} if batch_logs is None else batch_logs(step)
                    for callback in acting if batch_logs is not None else ():
                        callback.on_train_batch_end(step - start, dict(step_logs))
                    if model.stop_training:
                        break
                trained += 1
                model.optimizer.iterations.assign(first + trained * run.steps)
                own_logs = dict(logs(epoch))
                for callback in acting:
                    callback.on_epoch_end(epoch, own_logs)
                epoch_rates.append(float(model.optimizer.learning_rate))
                if model.stop_training:
                    break
        except Exception as error:  # noqa: BLE001 - the user's function, or a setting that Keras refuses
            return Course(tuple(steps_at), tuple(rates), trained, tuple(epoch_rates), first_line(error))
    return Course(tuple(steps_at), tuple(rates), trained, tuple(epoch_rates), "", bool(model.stop_training))


def spread_steps(steps: int, most: int) -> list[int]:
    """Returns at most about so many steps: the first ones, others evenly over the whole, and the last.

    >>> spread_steps(5, 10), spread_steps(1000, 5)
    ([0, 1, 2, 3, 4], [0, 1, 2, 4, 8, 250, 500, 749, 999])
    """
    if steps <= most:
        return list(range(steps))
    early = [0, *(2**power for power in range(most.bit_length() + 1) if 2**power < steps // most)]
    return sorted({*early, *(round(index * (steps - 1) / (most - 1)) for index in range(most))})


def _acts(callback: Any) -> bool:
    return is_of_keras(callback) and type(callback).__name__ in (*SETS_RATE, *STOPS)


def _copied(callback: Any, model: StandIn) -> Any:
    """Returns a copy that prints nothing and belongs to the stand-in; the user's own stays as it is."""
    copied = copy.copy(callback)
    copied.verbose = 0
    if isinstance(callback, keras.callbacks.LearningRateScheduler):
        copied.schedule = isolated(callback.schedule)
    copied.set_model(model)
    return copied


def _steps(start: int, count: int, wanted: Sequence[int] | None, all_of_them: bool) -> Sequence[int]:
    if wanted is None or all_of_them:
        return range(start, start + count)
    return wanted[bisect.bisect_left(wanted, start) : bisect.bisect_left(wanted, start + count)]
