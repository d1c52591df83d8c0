from types import SimpleNamespace

import numpy as np
import pytest

from keras_stable.callbacks import StabilityGuard
from keras_stable.stability.detection import Alarm
from keras_stable.stability.recovery import Recovery


class State:
    count = 1

    def __init__(self):
        self.value, self.metric = 0, 0

    def copy(self):
        return {"value": self.value}

    def copy_metrics(self):
        return {"metric": self.metric}

    def put_back(self, values):
        self.__dict__.update(values)

    def size(self, values):
        return 8


class Control:
    def __init__(self):
        self.rate, self.healthy = 1.0, None

    def current(self):
        return self.rate

    def lower(self, factor, healthy):
        self.rate = factor * (self.rate if healthy is None else healthy)
        return True


class Watching:
    is_calm = True

    def __init__(self):
        self.step, self.state, self.rates = 0, State(), [Control()]

    def healthy_rates(self):
        return [self.rates[0].healthy]

    def begin_again(self):
        pass

    def is_bad(self, rows):
        return bool((rows > 1).any())


@pytest.fixture
def recovery():
    model = SimpleNamespace(traced=0, reset_metrics=lambda: None)
    model.make_train_function = lambda force: setattr(model, "traced", model.traced + 1)
    settings = StabilityGuard(snapshot_every=10, settle_steps=10, snapshots=3).settings
    made = Recovery(model, Watching(), settings)
    made.watcher = made._watcher
    made.begin_epoch(0)
    for step in range(5, 65, 5):
        made.watcher.step = made.watcher.state.value = made.watcher.state.metric = step
        made.keep_if_due(0)
    return made


def rows(*losses):
    return np.array([[loss, 0.0] for loss in losses])


def test_it_goes_back_to_what_was_healthy_and_lowers_the_rate(recovery):
    snapshot = recovery.roll_back(Alarm("spike", "loss", 55, 9.0, 1.0), 0)
    assert snapshot.step == recovery.watcher.state.value == 40
    # The metrics are those of the last healthy look, for the snapshot may be of another epoch.
    assert recovery.watcher.state.metric == 60
    assert recovery.watcher.rates[0].rate == 0.5
    assert recovery._model.traced == 1
    assert recovery.store.newest_step == 40


def test_a_rate_that_had_jumped_goes_back_and_no_lower(recovery):
    recovery.watcher.rates[0].healthy = 0.01
    recovery.roll_back(Alarm("rate", "loss", 55, 9.0, 1.0), 0)
    assert recovery.watcher.rates[0].rate == 0.01


def test_batches_that_are_bad_too_are_passed_by_until_some_are_good(recovery):
    assert not recovery.passes(rows(9))
    recovery.roll_back(Alarm("divergence", "loss", 55, 9.0, 1.0), 0)
    for _ in range(3):
        recovery.watcher.state.value = -1
        assert recovery.passes(rows(9))
        assert recovery.watcher.state.value == 40
    assert recovery.passed == 3
    assert not recovery.passes(rows(0.5, 0.5, 0.5))
    assert recovery.passes(rows(9))
    assert not recovery.passes(rows(0.5, 0.5, 0.5, 0.5))
    assert not recovery.is_passing


def test_not_all_batches_can_be_passed_by(recovery):
    recovery.roll_back(Alarm("divergence", "loss", 55, 9.0, 1.0), 0)
    assert sum(recovery.passes(rows(9)) for _ in range(1000)) == 200


def test_an_epoch_without_a_step_that_was_kept_has_no_metrics(recovery):
    recovery.begin_epoch(1)
    assert not recovery.has_lost_epoch
    recovery.roll_back(Alarm("spike", "loss", 61, 9.0, 1.0), 1)
    assert recovery.has_lost_epoch


def test_variables_that_the_first_step_made_are_in_every_snapshot(recovery):
    recovery.watcher.state.count = 2
    recovery.keep_if_due(0)
    assert len(recovery.store) == 1
