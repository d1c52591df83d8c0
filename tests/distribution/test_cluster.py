"""The cluster is read from TF_CONFIG, or SLURM's variables, and refused where it cannot be one."""

import json
import shutil

import pytest
import tensorflow as tf

from keras_stable.distribution.cluster import cluster_resolver, is_chief
from keras_stable.errors import InvalidArgumentError

WORKERS = {"worker": ["a:1", "b:2"]}


def config(cluster, kind, index):
    return json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})


def test_tf_config_comes_first(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", config(WORKERS, "worker", 1))
    monkeypatch.setenv("SLURM_PROCID", "0")
    resolver = cluster_resolver()
    assert resolver.cluster_spec().as_dict() == WORKERS
    assert (resolver.task_type, resolver.task_id) == ("worker", 1)


def test_a_job_of_slurm(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    nodes = {"SLURM_STEP_NUM_TASKS": "2", "SLURM_STEP_NODELIST": "n[1-2]", "SLURM_STEP_TASKS_PER_NODE": "1(x2)"}
    for name, value in {**nodes, "SLURM_PROCID": "1"}.items():
        monkeypatch.setenv(name, value)
    resolver = cluster_resolver()
    assert resolver.cluster_spec().as_dict() == {"worker": ["n1:8888", "n2:8888"]}
    assert (resolver.task_type, resolver.task_id) == ("worker", 1)
    assert resolver.num_accelerators() == {}


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        "{}",
        config({}, "worker", 0),
        config(WORKERS, "worker", 2),
        config(WORKERS, "worker", -1),
        config(WORKERS, "evaluator", 0),
        config({"worker": "a:1"}, "worker", 0),
        config({"worker": ["a"]}, "worker", 0),
    ],
)
def test_a_tf_config_that_is_none_is_refused(text):
    with pytest.raises(InvalidArgumentError, match=r"`TF_CONFIG` must be of the form .* Received: TF_CONFIG="):
        cluster_resolver({"TF_CONFIG": text})


class Workers(tf.distribute.MultiWorkerMirroredStrategy):
    """One that says what it is told, and joins no cluster."""

    def __init__(self, cluster, kind, index):
        spec = tf.train.ClusterSpec(cluster)
        self.cluster_resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(spec, "", kind, index)

    cluster_resolver = None


@pytest.mark.parametrize(
    ("cluster", "kind", "index", "chief"),
    [
        (WORKERS, "worker", 0, True),
        (WORKERS, "worker", 1, False),
        ({"chief": ["a:1"], **WORKERS}, "chief", 0, True),
        ({"chief": ["a:1"], **WORKERS}, "worker", 0, False),
    ],
)
def test_one_worker_is_the_chief(cluster, kind, index, chief):
    assert is_chief(Workers(cluster, kind, index)) is chief


def test_a_process_without_workers_is_its_own_chief():
    assert is_chief(tf.distribute.MirroredStrategy(["CPU:0"]))
