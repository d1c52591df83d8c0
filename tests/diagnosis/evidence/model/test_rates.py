"""The rate that a training will reach, and not the one that it happens to be at."""

import keras
import pytest

from keras_stable.diagnosis.evidence.model.rates import learning_rate

schedules = keras.optimizers.schedules


class Steps(schedules.LearningRateSchedule):
    """A rate that is 0 before some step."""

    def __init__(self, begin, rate=0.25):
        self.begin, self.rate = begin, rate

    def __call__(self, step):
        return self.rate if step >= self.begin else 0.0


def rate_of(rate):
    return learning_rate(keras.optimizers.SGD(rate))


@pytest.mark.parametrize("rate", [0.5, 1e-8, 0.0])
def test_a_constant_rate_is_itself(rate):
    assert rate_of(rate) == pytest.approx(rate)


def test_a_rate_that_was_set_anew_counts():
    optimizer = keras.optimizers.SGD(0.5)
    optimizer.learning_rate = 0.125
    assert learning_rate(optimizer) == 0.125


def test_of_a_decay_the_first_rate_counts():
    assert rate_of(schedules.ExponentialDecay(0.5, 10, 0.5)) == 0.5
    optimizer = keras.optimizers.SGD(schedules.ExponentialDecay(0.5, 10, 0.5))
    optimizer.iterations.assign(100)
    assert learning_rate(optimizer) == 0.5


@pytest.mark.parametrize("begin", [0, 1, 2, 200, 256])
def test_a_warm_up_within_256_steps_is_waited_for(begin):
    assert rate_of(Steps(begin)) == 0.25


def test_of_a_longer_warm_up_what_256_steps_reach_counts():
    assert rate_of(schedules.PolynomialDecay(0.0, 1024, 1.0)) == pytest.approx(0.25)


@pytest.mark.parametrize("begin", [257, 5000, 2**17])
def test_only_a_rate_that_is_still_0_is_looked_for_later(begin):
    assert rate_of(Steps(begin)) == 0.25


def test_a_rate_that_never_rises_is_0():
    assert rate_of(Steps(2**17 + 1)) == 0.0


def test_a_callable_without_arguments_is_called():
    assert rate_of(lambda: 0.125) == 0.125
