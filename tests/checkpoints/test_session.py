"""When checkpoints are written, and what an altered one, a clock or another process does; see also test_checkpoint."""

import errno

import keras
import numpy as np
import pytest

from keras_stable.callbacks import Checkpoint
from keras_stable.checkpoints import archive, session
from keras_stable.errors import CheckpointError, InvalidArgumentError, KerasStableError

X, Y = np.ones((8, 1)), np.ones((8, 1))


def fit(directory, every="1 epoch", epochs=2, **more):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    callback = Checkpoint(directory, every, signals=False, **{"keep": 99, "background": False, **more})
    return model.fit(X, Y, batch_size=2, epochs=epochs, callbacks=[callback], verbose=0)


def names(directory):
    return [path.name.removeprefix("step-000000000") for path in sorted((directory / "fit_1").glob("step*"))]


@pytest.mark.parametrize(
    ("every", "written"),
    [
        ("1 epoch", ["4-epoch-0001", "8-epoch-0002"]),
        ("3 epochs", ["8-epoch-0002"]),
        ("3 steps", ["3", "6", "8-epoch-0002"]),
        ("9999 seconds", ["8-epoch-0002"]),
    ],
)
def test_they_are_written_as_often_as_asked(tmp_path, every, written):
    fit(tmp_path, every)
    assert names(tmp_path) == written


def test_a_clock_that_jumps_does_not_matter(tmp_path, monkeypatch):
    ticks, clock = iter(range(10**6)), iter([5e9, 1.0, 4e9] * 10**4)
    monkeypatch.setattr(session.time, "monotonic", lambda: next(ticks) / 100)
    monkeypatch.setattr(session.time, "time", lambda: next(clock))
    fit(tmp_path, "9999 seconds")
    assert names(tmp_path) == ["8-epoch-0002"]
    assert fit(tmp_path, "9999 seconds", epochs=3).epoch == [0, 1, 2]


STATE = {
    "no position": {"position": None},
    "no step": {"step": "1"},
    "no variables": {"variables": 3},
    "no events": {"events": 1},
    "no data": {"data": None},
    "no random numbers": {"host_random": 1},
    "no texts": {"csv": {}},
}


@pytest.mark.parametrize("name", STATE)
def test_a_forged_checkpoint_is_refused_in_the_packages_own_words(tmp_path, name):
    """Its SHA-256 is right: whoever forges one can compute it."""
    fit(tmp_path, keep=1)
    path = next((tmp_path / "fit_1").glob("step*"))
    forged = archive.read_archive(path)
    archive.write_archive(path, forged.state | STATE[name], forged.arrays)
    with pytest.raises(CheckpointError):
        fit(tmp_path, epochs=3)


def test_a_read_only_directory_is_refused_before_training(tmp_path):
    (tmp_path / "fit_1").write_text("in the way")
    with pytest.raises(KerasStableError, match="must be writable"):
        fit(tmp_path)


@pytest.mark.parametrize("writes", ["WorkLog", "StartRecord"])
def test_a_full_disk_is_said_before_training(writes, tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(session, writes, full)
    with pytest.raises(InvalidArgumentError, match=r"must be writable.*fit_1 \(No space left on device\)"):
        fit(tmp_path)
