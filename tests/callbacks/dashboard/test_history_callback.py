import math

import keras
import numpy as np
import pytest

from keras_stable.callbacks.dashboard import history_callback
from keras_stable.callbacks.dashboard.history_callback import HistoryCallback, HistoryFeed
from keras_stable.errors import InvalidArgumentError
from keras_stable.optimizers import SGD


@pytest.fixture(autouse=True)
def however_slow(monkeypatch):
    """Reads are counted by batches alone, on a machine that stands still for seconds too."""
    monkeypatch.setattr(history_callback, "_SECONDS_BETWEEN_READS", math.inf)


class Taking(HistoryCallback):
    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.steps, self.reads = [], 0

    def take(self, history):
        self.steps += history.step.tolist()
        self.reads += 1


def fit(optimizer, **arguments):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer, "mse")
    taking = Taking()
    model.fit(np.ones((40, 2)), np.ones((40, 1)), batch_size=1, verbose=0, callbacks=[taking], **arguments)
    return taking


def test_every_step_is_taken_once_and_few_reads_do():
    taking = fit(SGD(0.01, history_size=16), epochs=2)
    assert taking.steps == list(range(80))
    assert taking.reads == 10
    assert taking.planned_steps() == 80


def test_an_optimizer_without_a_history_is_refused():
    with pytest.raises(InvalidArgumentError, match="`optimizer` must be an optimizer of keras_stable"):
        fit("sgd")


def test_one_reads_for_several():
    one, other = Taking(), Taking()
    feed = HistoryFeed([one, other])
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(SGD(0.01, history_size=16), "mse")
    model.fit(np.ones((40, 2)), np.ones((40, 1)), batch_size=1, verbose=0, callbacks=[feed, one, other])
    assert one.steps == other.steps == list(range(40))
    assert one.reads == 5
    one.read()
    assert one.reads == 5
