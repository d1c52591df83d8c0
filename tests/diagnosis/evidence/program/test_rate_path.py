import math

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.rate_path import observed_path, planned_path
from keras_stable.diagnosis.evidence.program.stand_in import Run
from keras_stable.diagnosis.rule import Skip

schedules, Scheduler = keras.optimizers.schedules, keras.callbacks.LearningRateScheduler


def test_a_schedule_that_counts_steps():
    path = planned_path(schedules.CosineDecay(0.1, 40), (), Run(5, 8))
    assert (path.kind, path.unit, path.epochs, path.steps, path.steps_per_epoch) == ("CosineDecay", "step", 5, 40, 8)
    assert path.at == tuple(range(40))
    assert path.rates[20] == pytest.approx(0.05)
    assert path.later == 0.0
    assert path.settings["decay_steps"] == 40


def test_a_function_of_the_epoch():
    path = planned_path(0.5, [Scheduler(lambda epoch: 0.5**epoch)], Run(6, 100, initial_epoch=2))
    assert (path.kind, path.unit, path.epochs, path.steps) == ("LearningRateScheduler", "epoch", 4, 400)
    assert path.at == (0, 100, 200, 300)
    assert path.rates == (0.25, 0.125, 0.0625, 0.03125)
    assert math.isnan(path.intended)


@pytest.mark.parametrize(
    ("function", "intended"),
    [
        (lambda epoch, lr: lr * 0.9**epoch, 0.9**19),
        (lambda epoch, lr: lr / (1 + 0.1 * epoch), 1 / 2.9),
        (lambda epoch, lr: lr * (1 - epoch / 20), 0.05),
        (lambda epoch, lr: lr * 0.9, None),
        (lambda epoch, lr: lr if epoch < 10 else lr * math.exp(-0.1), None),
        (lambda epoch, lr: lr * 0.5 if epoch % 5 == 0 else lr, None),
        (lambda epoch: 0.9**epoch, None),
        (lambda epoch, lr: 0.9**epoch, None),
    ],
)
def test_a_function_that_shrinks_its_own_result_more_and_more(function, intended):
    path = planned_path(1.0, [Scheduler(function)], Run(20, 10))
    assert path.intended == pytest.approx(intended) if intended is not None else math.isnan(path.intended)


def test_what_comes_after_the_plan():
    rising = schedules.CosineDecay(0.0, 10_000, warmup_target=1.0, warmup_steps=400)
    assert planned_path(rising, (), Run(4, 50)).later == pytest.approx(1.0, abs=0.01)
    slow = Scheduler(lambda epoch: min(1.0, epoch / 40))
    assert planned_path(0.1, [slow], Run(10, 5)).later == 1.0
    listed = Scheduler(lambda epoch: [0.1, 0.2, 0.3][epoch])
    path = planned_path(0.1, [listed], Run(3, 5))
    assert path.rates == tuple(map(float, np.float32([0.1, 0.2, 0.3])))
    assert math.isnan(path.later)
    assert path.error == ""


def test_steps_that_were_taken_before_count():
    path = planned_path(schedules.ExponentialDecay(1.0, 10, 0.5), (), Run(1, 20), first_step=20)
    assert path.rates[0] == 0.25
    assert path.first_step == 20


def test_a_long_training_is_looked_at_here_and_there():
    path = planned_path(schedules.ExponentialDecay(1.0, 10_000, 0.5), (), Run(100, 1000))
    assert len(path.at) < 500
    assert path.at[-1] == 99_999
    assert path.mean() == pytest.approx(sum(0.5 ** (step / 10_000) for step in range(100_000)) / 1e5, rel=0.02)


def test_what_fit_would_raise():
    path = planned_path(schedules.CosineDecay(0.1, 40), [Scheduler(lambda epoch: 0.1)], Run(5, 8))
    assert "not settable" in path.error
    with pytest.raises(Skip, match="constant"):
        planned_path(0.1, [keras.callbacks.EarlyStopping()], Run(5, 8))


def test_rates_in_a_history():
    path = observed_path({"loss": (1.0, 0.9, 0.8), "learning_rate": (0.1, 0.1, 0.01)}, "ReduceLROnPlateau", 10, 7)
    assert path.observed
    assert path.at == (0, 7, 14)
    assert path.steps == 21
    assert path.rates == (0.1, 0.1, 0.01)
    assert observed_path({"lr": (0.1, 0.2)}, "", 2, 1).rates == (0.1, 0.2)
    assert observed_path({"loss": (1.0, 0.9)}, "", 2, 1) is None
