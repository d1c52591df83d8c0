"""Several workers go on from the newest moment that all of them have a whole checkpoint of."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from keras_stable.checkpoints import workers
from keras_stable.checkpoints.store import CheckpointStore

CLUSTER = tf.train.ClusterSpec({"worker": ["a:1", "b:2", "c:3"]})


class Workers(tf.distribute.MultiWorkerMirroredStrategy):
    """One of three workers, which has joined no cluster."""

    cluster_resolver = None

    def __init__(self, index):
        self.cluster_resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(CLUSTER, "", "worker", index)


def test_every_worker_has_a_directory_of_its_own(tmp_path):
    directories = [workers.directory_of_worker(Workers(index), tmp_path) for index in range(3)]
    assert directories == [tmp_path, tmp_path / "worker-1", tmp_path / "worker-2"]
    assert workers.directory_of_worker(tf.distribute.get_strategy(), tmp_path) == tmp_path


def stores(directory, steps_of_each):
    """Returns a store for each worker, with checkpoints of these (step, epoch)."""
    made = []
    for index, steps in enumerate(steps_of_each):
        store = CheckpointStore(directory / str(index), keep=9)
        for step, epoch in steps:
            store.write({}, {"a": np.zeros(1)}, step, epoch)
        made.append(store)
    return made


def agreed(monkeypatch, made):
    """Returns what each worker goes on from; they ask at the same time, each in a thread."""
    barrier, numbers, results = threading.Barrier(len(made)), [0] * len(made), [None] * len(made)

    def number_of_each_worker(strategy, number):
        numbers[strategy.index] = number
        barrier.wait(timeout=20)
        together = np.array(numbers)
        barrier.wait(timeout=20)
        return together

    def ask(index):
        results[index] = workers.newest_of_all(made[index], SimpleNamespace(index=index))

    monkeypatch.setattr(workers, "number_of_each_worker", number_of_each_worker)
    threads = [threading.Thread(target=ask, args=(index,)) for index in range(len(made))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return [result and result.path.name for result in results]


STEP_4, STEP_8, EPOCH_8, STEP_12 = (4, None), (8, None), (8, 2), (12, None)


@pytest.mark.parametrize(
    ("steps", "name"),
    [
        ([[STEP_4, STEP_8], [STEP_4, STEP_8], [STEP_4, STEP_8]], "step-0000000008"),
        ([[STEP_4, STEP_8, STEP_12], [STEP_4, STEP_8], [STEP_4, STEP_8, STEP_12]], "step-0000000008"),
        # The end of an epoch is another moment than its last step.
        ([[STEP_4, STEP_8, EPOCH_8], [STEP_4, STEP_8], [STEP_8, EPOCH_8]], "step-0000000008"),
        ([[STEP_4, EPOCH_8], [STEP_4, STEP_8], [STEP_4, EPOCH_8]], "step-0000000004"),
        ([[STEP_4, STEP_12], [STEP_8], [STEP_4, STEP_8, STEP_12]], None),
        ([[STEP_4], [], [STEP_4]], None),
        ([[], [], []], None),
    ],
)
def test_they_agree(monkeypatch, tmp_path, steps, name):
    assert agreed(monkeypatch, stores(tmp_path, steps)) == [name] * 3


def test_a_damaged_checkpoint_of_one_sets_all_back(monkeypatch, tmp_path):
    made = stores(tmp_path, [[STEP_4, STEP_8]] * 3)
    for path in made[1].paths()[-1].iterdir():
        path.write_bytes(b"")
    with pytest.warns(UserWarning, match="damaged"):
        assert agreed(monkeypatch, made) == ["step-0000000004"] * 3
