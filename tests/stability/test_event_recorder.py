from types import SimpleNamespace

import pytest

from keras_stable.callbacks import StabilityGuard
from keras_stable.stability.detection import Alarm
from keras_stable.stability.event_recorder import EventRecorder
from keras_stable.stability.snapshots import Snapshot


class Tap:
    structure = (0, 1)

    def align(self, steps):
        self.aligned = steps

    def rows_of(self, steps):
        return [[step, step + 1] for step in steps]


@pytest.fixture
def watcher():
    control = SimpleNamespace(current=lambda: control.rate, rate=0.1)
    limits = {"loss": 2.0, "norm": 5.0}
    return SimpleNamespace(step=14, rates=[control], limits=lambda: limits, control=control)


def recorded(watcher, action, snapshot=None, spent=False):
    recorder = EventRecorder(None, Tap(), watcher, StabilityGuard(max_rollbacks=2).settings)
    pending = recorder.begin(Alarm("spike", "loss", 12, 9.0, 2.0), 1)
    watcher.control.rate = 0.05
    return recorder.finish(pending, action, snapshot, spent=spent)


def test_an_event_has_what_was_before_and_what_is_after(watcher):
    event = recorded(watcher, "rollback", Snapshot(5, 0, (0.2,), 1, {}))
    assert (event.event, event.rates, event.healthy_rates, event.new_rates) == (1, [0.1], [0.2], [0.05])
    assert (event.rows, event.batches[1]) == ([12, 13], {"step": 13, "rows": [13, 14]})
    assert (event.step, event.noticed_step, event.rollback_step) == (12, 14, 5)
    assert event.message.endswith("healthy below 2: back to step 5, learning rate 0.05")


@pytest.mark.parametrize(
    ("arguments", "end"),
    [
        ({"action": "warn"}, ": nothing was done"),
        ({"action": "stop"}, ": the training stops"),
        (
            {"action": "stop", "snapshot": Snapshot(5, 0, (0.2,), 1, {}), "spent": True},
            ": back to step 5, and the training stops; all 2 rollbacks are used up",
        ),
    ],
    ids=["warn", "stop", "spent"],
)
def test_the_message_says_what_was_done(watcher, arguments, end):
    assert recorded(watcher, **arguments).message.endswith(end)
