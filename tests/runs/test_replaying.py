import json

import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.callbacks import StabilityGuard
from keras_stable.errors import InvalidArgumentError
from keras_stable.runs.replaying import event_directory

Y = np.arange(480) % 3
X = (2 * np.eye(3)[Y] + np.random.default_rng(0).normal(0, 0.5, (480, 3))).astype("float32")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose row 325 is NaN."""
    directory = tmp_path_factory.mktemp("run")
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    model.compile(keras.optimizers.Adam(0.05), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    x = X.copy()
    x[325] = np.nan
    guard = StabilityGuard(directory=directory / "guard", on_disk=False, keep_batches=8, check_every=4)
    model.fit(x, Y, batch_size=4, shuffle=False, verbose=0, callbacks=[guard])
    assert (np.array(model.get_weights()[0]) < 100).all()
    return directory


def test_the_row_is_named(run):
    verdict = keras_stable.replay(run, 1)
    assert (verdict.cause, verdict.rows) == ("rows", [325])
    assert verdict.trials[0].what == "batch 81 on the healthy state"
    assert verdict.trials[-1].bad is False


@pytest.mark.parametrize(
    ("event", "message"),
    [(2, "`event` must be the number of an event of this run: 1"), (0, "`event` must be the number")],
)
def test_an_event_that_does_not_exist(run, event, message):
    with pytest.raises(InvalidArgumentError, match=message):
        keras_stable.replay(run, event)


def test_what_was_not_kept_is_one_clear_line(tmp_path):
    with pytest.raises(InvalidArgumentError, match=r"`run` must be a directory with the events.jsonl of a guard"):
        event_directory(tmp_path, 1)
    (tmp_path / "events.jsonl").write_text(json.dumps({"event": 1, "directory": None}) + "\n")
    with pytest.raises(InvalidArgumentError, match="`event` must be one that was kept, which `keep_batches` does"):
        event_directory(tmp_path, 1)


def test_a_model_that_was_not_saved_must_be_given(run, tmp_path):
    (tmp_path / "events.jsonl").write_text(json.dumps({"event": 1, "directory": "event-0001"}) + "\n")
    kept = tmp_path / "event-0001"
    kept.mkdir()
    (kept / "event.json").write_text("{}")
    with pytest.raises(InvalidArgumentError, match="`model` must be given where Keras could not save it"):
        keras_stable.replay(tmp_path, 1)
