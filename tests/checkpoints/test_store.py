"""The last checkpoints and the best are kept, and the newest whole one is found."""

import numpy as np
import pytest

from keras_stable.checkpoints.archive import NewerFormatError
from keras_stable.checkpoints.store import CheckpointStore


def filled(directory, values, **options):
    store = CheckpointStore(directory, **options)
    for step, value in enumerate(values, 1):
        store.write({"step": step, "value": value}, {"0": np.zeros(step)}, step, step if value is not None else None)
    return store


def steps(store):
    return [int(path.name.split("-")[1]) for path in store.paths()]


@pytest.mark.parametrize(("larger", "kept"), [(False, [2, 4, 5]), (True, [1, 4, 5])])
def test_the_last_and_the_best_are_kept(tmp_path, larger, kept):
    store = filled(tmp_path, [9, 1, 5, None, 3], keep=2, larger_is_better=larger)
    assert steps(store) == kept
    again = CheckpointStore(tmp_path, 1, larger)
    assert again.best().name.startswith(f"step-{kept[0]:010d}")


def test_the_newest_is_found_by_its_steps_and_by_no_clock(tmp_path):
    store = filled(tmp_path, [1, 2])
    for path in store.paths():
        (path / "checkpoint.json").touch()
    (store.paths()[0] / "arrays.npz").touch()
    assert store.newest().state["step"] == 2


@pytest.mark.parametrize("harm", ["flip", "cut", "empty"])
def test_a_damaged_one_is_said_and_the_one_before_used(tmp_path, harm):
    store = filled(tmp_path, [1, 2])
    file = store.paths()[-1] / "arrays.npz"
    content = file.read_bytes()
    file.write_bytes({"flip": content[:-1] + b"?", "cut": content[:50], "empty": b""}[harm])
    with pytest.warns(UserWarning, match="A checkpoint is damaged"):
        assert store.newest().state["step"] == 1
    file.with_name("checkpoint.json").write_text('{"format": 7, "keras_stable": "7"}')
    with pytest.raises(NewerFormatError):
        store.newest()


def test_there_may_be_none(tmp_path):
    store = CheckpointStore(tmp_path / "missing")
    assert (store.newest(), store.best(), store.paths()) == (None, None, [])
    store.clean()


def test_what_a_killed_process_left_is_deleted(tmp_path):
    store = filled(tmp_path, [1])
    (tmp_path / ".partial-1-step-0000000002").mkdir()
    (tmp_path / ".partial-1-start.json").touch()
    (tmp_path / "other").touch()
    store.clean()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "step-0000000001-epoch-0001"]
