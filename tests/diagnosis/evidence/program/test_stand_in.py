"""A simulated `fit` has the rates and the end of a real one, for each schedule and callback of Keras that acts."""

import inspect

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.stand_in import (
    SETS_RATE,
    STOPS,
    Run,
    StandIn,
    learning_rate_of,
    simulated,
    spread_steps,
)

EPOCHS, STEPS = 6, 4
schedules, callbacks = keras.optimizers.schedules, keras.callbacks

SCHEDULES = {
    "ExponentialDecay": lambda: schedules.ExponentialDecay(0.1, 5, 0.5),
    "ExponentialDecay, staircase": lambda: schedules.ExponentialDecay(0.1, 5, 0.5, staircase=True),
    "PiecewiseConstantDecay": lambda: schedules.PiecewiseConstantDecay([3, 9], [0.1, 0.01, 0.001]),
    "PolynomialDecay": lambda: schedules.PolynomialDecay(0.1, 10, 1e-3, power=2.0),
    "PolynomialDecay, cycle": lambda: schedules.PolynomialDecay(0.1, 7, 1e-3, cycle=True),
    "InverseTimeDecay": lambda: schedules.InverseTimeDecay(0.1, 3, 0.5),
    "CosineDecay": lambda: schedules.CosineDecay(0.1, 12),
    "CosineDecay, warm-up": lambda: schedules.CosineDecay(0.0, 10, warmup_target=0.1, warmup_steps=5),
    "CosineDecayRestarts": lambda: schedules.CosineDecayRestarts(0.1, 5, t_mul=1.5, m_mul=0.9),
}
CALLBACKS = {
    "LearningRateScheduler": lambda: callbacks.LearningRateScheduler(lambda epoch: 0.1 * 0.5**epoch),
    "LearningRateScheduler, compounding": lambda: callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.9**epoch),
    "ReduceLROnPlateau": lambda: callbacks.ReduceLROnPlateau("loss", patience=1, factor=0.3, min_lr=1e-3),
    "ReduceLROnPlateau, cooldown": lambda: callbacks.ReduceLROnPlateau("score", mode="max", patience=1, cooldown=1),
    "EarlyStopping": lambda: callbacks.EarlyStopping("loss", patience=2),
    "EarlyStopping, wrong way": lambda: callbacks.EarlyStopping("score", mode="min", patience=1),
    "EarlyStopping, late": lambda: callbacks.EarlyStopping("score", mode="min", patience=1, start_from_epoch=2),
    "EarlyStopping, baseline": lambda: callbacks.EarlyStopping("score", mode="max", patience=2, baseline=9.0),
    "TerminateOnNaN": lambda: callbacks.TerminateOnNaN(),
}
LOSSES = (1.0, 0.5, 0.6, 0.6, 0.7, 0.4)
NAN_STEP = 13


class Logged(keras.Model):
    """Has a loss and a score that were set beforehand, and takes real steps of its optimizer."""

    def __init__(self, with_nan):
        super().__init__()
        self.weight = self.add_weight(shape=(), initializer="ones")
        self.with_nan = with_nan
        self.taken = 0

    def call(self, x):
        return x * self.weight

    def train_step(self, data):
        self.optimizer.apply([keras.ops.convert_to_tensor(1.0)], [self.weight])
        return {"loss": 0.0}


class Setting(callbacks.Callback):
    """Notes the rate before each step, and puts the prepared logs in place; it stands before all others."""

    def __init__(self, with_nan):
        super().__init__()
        self.with_nan, self.rates, self.epochs = with_nan, [], 0

    def on_train_batch_begin(self, batch, logs=None):
        self.rates.append(float(self.model.optimizer.learning_rate))

    def on_train_batch_end(self, batch, logs=None):
        logs.update(batch_logs(len(self.rates) - 1, self.with_nan))

    def on_epoch_end(self, epoch, logs=None):
        self.epochs += 1
        logs.update(epoch_logs(epoch))


def epoch_logs(epoch):
    return {"loss": LOSSES[epoch], "score": 1 - LOSSES[epoch]}


def batch_logs(step, with_nan):
    return {"loss": float("nan") if with_nan and step == NAN_STEP else 0.5}


def fitted(rate, callback, initial_epoch=0):
    """Returns the rates and epochs of a real `fit`, and whether a callback ended it."""
    with_nan = isinstance(callback, callbacks.TerminateOnNaN)
    model, setting = Logged(with_nan), Setting(with_nan)
    model.compile(keras.optimizers.SGD(rate), run_eagerly=True)
    used = [setting] if callback is None else [setting, callback]
    data = np.zeros((STEPS, 1), "float32")
    arguments = {"epochs": EPOCHS, "batch_size": 1, "verbose": 0, "initial_epoch": initial_epoch}
    model.fit(data, data, callbacks=used, **arguments)
    return setting.rates, setting.epochs, model.stop_training


def foretold(rate, callback, initial_epoch=0):
    with_nan = isinstance(callback, callbacks.TerminateOnNaN)
    return simulated(
        StandIn(rate),
        [callback],
        Run(EPOCHS, STEPS, initial_epoch),
        epoch_logs,
        batch_logs=(lambda step: batch_logs(step, True)) if with_nan else None,
    )


@pytest.mark.parametrize("initial_epoch", [0, 2])
@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_has_the_rates_of_a_real_fit(name, initial_epoch):
    rates, _, _ = fitted(SCHEDULES[name](), None, initial_epoch)
    course = foretold(SCHEDULES[name](), None, initial_epoch)
    assert course.rates == tuple(rates)
    assert course.at == tuple(range(len(rates)))


@pytest.mark.parametrize("initial_epoch", [0, 2])
@pytest.mark.parametrize("name", CALLBACKS)
def test_every_callback_has_the_rates_and_the_end_of_a_real_fit(name, initial_epoch):
    rates, epochs, stopped = fitted(0.1, CALLBACKS[name](), initial_epoch)
    course = foretold(0.1, CALLBACKS[name](), initial_epoch)
    assert course.rates == tuple(rates)
    assert course.epochs == epochs
    assert course.stopped == stopped


def test_the_tables_hold_every_schedule_and_every_callback_that_acts():
    """A class that a later Keras adds has to be entered, or it would go unnoticed."""
    offered = {name for name, kind in inspect.getmembers(schedules, inspect.isclass)} - {"LearningRateSchedule"}
    assert offered == {name.partition(",")[0] for name in SCHEDULES}
    acting = set()
    for name, kind in inspect.getmembers(callbacks, inspect.isclass):
        source = inspect.getsource(kind)
        if "model.stop_training = True" in source or "optimizer.learning_rate = " in source:
            acting.add(name)
    assert acting == {name.partition(",")[0] for name in CALLBACKS} == {*SETS_RATE, *STOPS}


def test_what_a_schedule_raises_is_told_and_not_raised():
    course = foretold(SCHEDULES["CosineDecay"](), CALLBACKS["LearningRateScheduler"]())
    assert course.error.startswith("TypeError: ")
    assert course.epochs == 0
    with pytest.raises(TypeError, match="learning_rate"):
        fitted(SCHEDULES["CosineDecay"](), CALLBACKS["LearningRateScheduler"]())


def test_the_users_callbacks_and_functions_stay_as_they_were(capsys):
    seen = []

    def schedule(epoch, rate):
        print("epoch", epoch)
        seen.append(epoch)
        return rate * 0.5

    scheduler = callbacks.LearningRateScheduler(schedule, verbose=1)
    stopping = callbacks.EarlyStopping("loss", patience=1, verbose=1)
    stopping.wait, stopping.stopped_epoch = 7, 3
    before = dict(vars(stopping))
    course = simulated(StandIn(0.1), [scheduler, stopping], Run(EPOCHS), epoch_logs)
    assert course.stopped
    assert course.epoch_rates[0] == np.float32(0.05)
    assert vars(stopping) == before
    assert seen == []
    assert capsys.readouterr().out == ""


def test_callbacks_of_the_users_own_are_not_run():
    class Own(callbacks.EarlyStopping):
        def on_epoch_end(self, epoch, logs=None):
            raise AssertionError("it was run")

    assert simulated(StandIn(0.1), [Own("loss")], Run(3), epoch_logs).epochs == 3


def test_chosen_steps_of_a_long_training():
    course = simulated(StandIn(schedules.ExponentialDecay(1.0, 10, 0.5)), [], Run(3, 1000), at=[0, 10, 1020])
    assert course.at == (0, 10, 1020)
    assert course.rates == (1.0, 0.5, pytest.approx(2.0**-102))
    assert spread_steps(10**6, 50)[-1] == 10**6 - 1
    assert len(spread_steps(10**6, 50)) < 80


def test_what_an_optimizer_was_given():
    schedule = SCHEDULES["CosineDecay"]()
    assert learning_rate_of(keras.optimizers.Adam(schedule)) is schedule
    scaled = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.25))
    assert learning_rate_of(scaled) == 0.25
