import keras
import pytest

from keras_stable.stability.rates import LoweredSchedule, RateControl


def lowered(rate=0.1, factor=0.5, healthy=None):
    optimizer = keras.optimizers.SGD(rate)
    control = RateControl(optimizer)
    control.lower(factor, healthy)
    return optimizer, control


@pytest.mark.parametrize(
    ("set_to", "expected"),
    [(0.1, 0.05), (0.09, 0.045), (0.04, 0.04), (0.025, 0.025)],
    ids=["absolute, constant", "absolute, falling", "relative", "relative, halved"],
)
def test_what_a_callback_sets_stays_lowered_once(set_to, expected):
    optimizer, control = lowered()
    optimizer.learning_rate = set_to
    for _ in range(2):
        control.keep_lowered()
        assert control.current() == pytest.approx(expected)


def test_a_schedule_of_epochs_stays_lowered_in_each():
    optimizer, control = lowered()
    for epoch in range(4):
        optimizer.learning_rate = 0.1 * 0.9**epoch
        control.keep_lowered()
        assert control.current() == pytest.approx(0.05 * 0.9**epoch)


@pytest.mark.parametrize("undo", [lambda rate: rate / 100, lambda rate: 0.1], ids=["divided", "set"])
def test_a_jump_is_not_taken_back_twice(undo):
    optimizer = keras.optimizers.SGD(0.1)
    control = RateControl(optimizer)
    optimizer.learning_rate = 10.0
    control.lower(1.0, healthy=0.1)
    assert control.current() == pytest.approx(0.1)
    optimizer.learning_rate = undo(float(optimizer.learning_rate))
    control.keep_lowered()
    assert control.current() == pytest.approx(0.1)


def test_before_any_rollback_a_rate_is_what_it_is_set_to():
    optimizer = keras.optimizers.SGD(0.1)
    control = RateControl(optimizer)
    optimizer.learning_rate = 0.7
    control.keep_lowered()
    assert control.current() == pytest.approx(0.7)


def test_a_schedule_is_replaced_once_and_then_lowered_in_place():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    optimizer = keras.optimizers.SGD(schedule)
    control = RateControl(keras.optimizers.LossScaleOptimizer(optimizer))
    assert control.lower(0.5)
    assert not control.lower(0.5, healthy=0.04)
    assert control.current() == pytest.approx(0.02)
    copy = keras.optimizers.SGD.from_config(optimizer.get_config())
    assert float(copy.learning_rate) == pytest.approx(0.02)


def test_a_rate_that_is_a_function_is_lowered():
    optimizer = keras.optimizers.SGD(lambda: 0.1)
    control = RateControl(optimizer)
    assert control.lower(0.5, healthy=0.08)
    assert control.current() == pytest.approx(0.04)


def test_a_limit_holds_until_the_schedule_is_below_it():
    schedule = LoweredSchedule(keras.optimizers.schedules.PiecewiseConstantDecay([5], [10.0, 0.01]), limit=0.1)
    assert float(schedule(0)) == pytest.approx(0.1)
    assert float(schedule(9)) == pytest.approx(0.01)
