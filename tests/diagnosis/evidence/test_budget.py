"""The time of an audit, by a clock that the test sets."""

import pytest

from keras_stable.diagnosis.evidence.budget import Budget, Deadline
from keras_stable.diagnosis.rule import Skip


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_what_would_take_too_long_is_left_out_and_named_once():
    clock = Clock()
    budget = Budget(60.0, clock)
    clock.now += 40
    budget.ask("a probe", 20.0)
    for _ in range(2):
        with pytest.raises(Skip, match="no time left for the trials, which would take about 21 s"):
            budget.ask("the trials", 21.0)
    clock.now += 20
    with pytest.raises(Skip, match="no time left for the end"):
        budget.ask("the end", 0.0)
    assert budget.left_out == ["the trials", "the end"]
    assert budget.seconds_taken == 60


def test_a_share_ends_with_the_whole():
    clock = Clock()
    budget = Budget(60.0, clock)
    assert budget.share(0.1).left == pytest.approx(6)
    clock.now += 57
    assert budget.share(0.1).left == pytest.approx(3)
    assert budget.whole.earlier(1.0).left == pytest.approx(1)


def test_items_are_taken_until_the_time_is_up_but_at_least_one():
    clock = Clock()

    def slow():
        for item in range(9):
            clock.now += 2
            yield item

    assert list(Deadline(105.0, clock).keep(slow())) == [0, 1, 2]
    assert list(Deadline(0.0, clock).keep(slow())) == [0]


def test_costs_are_measured_by_the_same_clock():
    clock = Clock()
    budget = Budget(60.0, clock)
    with budget.measure("copy"):
        clock.now += 3
    assert budget.costs == {"copy": 3.0}
