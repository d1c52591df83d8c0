import keras
import numpy as np
import pytest

from keras_stable.stability.watcher import Watcher

X, Y = np.random.default_rng(0).normal(size=(640, 4)).astype("float32"), np.arange(640) % 2


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    made = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    made.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return made


def fit(model, x=X, **arguments):
    model.fit(x, Y, batch_size=8, shuffle=False, verbose=0, **arguments)


def test_losses_and_norms_of_the_same_steps_are_read_together(model):
    with Watcher(model, 3) as watcher:
        fit(model)
        rows = watcher.read()
        assert len(rows) == len(watcher.new_norms) == watcher.step == 80
        assert watcher.judge(rows) is None
        assert watcher.is_calm
        broken = X.copy()
        broken[8:48] = np.nan
        fit(model, broken)
        rows = watcher.read()
        assert watcher.is_bad(rows)
        assert watcher.limits()["loss"] > 0
        alarm = watcher.judge(rows)
    assert (alarm.kind, alarm.step) == ("nonfinite", 81)
    assert not hasattr(model.optimizer, "gradient_ring")


def test_a_rate_that_has_jumped_is_what_an_alarm_is_called_by(model):
    with Watcher(model, 1) as watcher:
        for _ in range(4):
            fit(model)
            assert watcher.judge(watcher.read()) is None
        model.optimizer.learning_rate = 0.4
        assert not any(rate is not None for rate in watcher.healthy_rates())
        model.optimizer.learning_rate = 0.6
        assert watcher.healthy_rates() == [pytest.approx(0.1)]
        fit(model, np.full_like(X, np.nan))
        assert watcher.judge(watcher.read()).kind == "rate"


def test_no_step_is_lost_between_two_reads(model):
    with Watcher(model, 3) as watcher:
        assert watcher.batches_between_reads(16) == 16
        assert watcher.batches_between_reads(10_000) == 512
        model.steps_per_execution = 8
        assert watcher.batches_between_reads(16) == 2
        assert watcher.batches_between_reads(4) == 1


def test_what_was_accepted_is_usual(model):
    with Watcher(model, 3) as watcher:
        fit(model)
        watcher.judge(watcher.read())
        model.layers[0].kernel.assign(np.full((4, 2), 1e6) * [[1, -1]])
        fit(model, X[:, :])
        assert watcher.judge(watcher.read()) is not None
        watcher.accept()
        assert watcher.is_calm
