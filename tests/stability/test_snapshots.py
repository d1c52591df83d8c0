import numpy as np
import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.stability.snapshots import Snapshot, SnapshotStore, read_arrays, write_arrays


def filled(steps, **arguments):
    store = SnapshotStore(**{"count": 3, "settle": 10, "max_bytes": 100, **arguments})
    for step in steps:
        store.add(Snapshot(step, 0, (0.1,), 1, {"a": np.full(2, step)}), 10)
    return store


@pytest.mark.parametrize(("before", "step"), [(31, 20), (30, 20), (29, 10), (5, 10), (40, 30)])
def test_the_newest_that_has_settled_is_healthy(before, step):
    assert filled([0, 10, 20, 30]).healthy(before).step == step


def test_the_oldest_goes_and_memory_is_kept_to():
    assert len(filled(range(0, 50, 10))) == 3
    assert len(filled(range(0, 50, 10), max_bytes=25)) == 2
    with pytest.raises(InvalidArgumentError, match="`max_bytes` must hold two snapshots of 10 bytes"):
        filled([0], max_bytes=19)


def test_what_is_younger_than_the_one_gone_back_to_is_forgotten():
    store = filled([0, 10, 20])
    store.forget_after(store.healthy(10))
    assert (len(store), store.newest_step) == (1, 0)
    assert store.is_complete(1)
    assert not store.is_complete(2)


def test_on_disk_they_are_read_from_there_and_deleted(tmp_path):
    store = filled([0, 10, 20, 30], directory=tmp_path, max_bytes=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"snapshot-{step}.npz" for step in (10, 20, 30)]
    assert store.healthy(25).load()["a"].tolist() == [10, 10]
    store.clear()
    assert not list(tmp_path.iterdir())


def test_arrays_of_any_name_and_kind_come_back(tmp_path):
    arrays = {"0:0:layer/kernel": np.eye(2), "seed": np.arange(2, dtype="uint32"), "scalar": np.array(3)}
    write_arrays(tmp_path / "a.npz", arrays)
    for name, array in read_arrays(tmp_path / "a.npz").items():
        np.testing.assert_array_equal(array, arrays[name])
