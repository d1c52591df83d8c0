"""Two workers train as one process does: each is a process with its own TensorFlow, and they meet on loopback."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable import distribution
from keras_stable.errors import InvalidArgumentError, WorkerLostError
from keras_stable.keras_private import _trainer

PROGRAM = Path(__file__).parent / "worker_program.py"
WORKERS = 2


def worker_module():
    spec = importlib.util.spec_from_file_location("distribution_worker", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def addresses():
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(WORKERS)]
        for free in sockets:
            free.bind(("127.0.0.1", 0))
        return [f"127.0.0.1:{free.getsockname()[1]}" for free in sockets]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """What one process and each of two workers came to."""
    directory, cluster = tmp_path_factory.mktemp("workers"), {"worker": addresses()}
    runs = []
    for index in range(WORKERS):
        config = json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}})
        command = [sys.executable, str(PROGRAM), "multi_worker", str(directory / f"{index}.npz")]
        environment = {**os.environ, "TF_CONFIG": config}
        runs.append(subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True))
    alone = worker_module().result("none")
    try:
        for run in runs:
            _, problems = run.communicate(timeout=240)
            assert run.returncode == 0, problems[-3000:]
    finally:
        for run in runs:
            run.kill()
    return [alone, *(dict(np.load(directory / f"{index}.npz")) for index in range(WORKERS))]


@pytest.mark.parametrize("worker", range(1, WORKERS + 1))
def test_workers_train_as_one_process_does(results, worker):
    alone, together = results[0], results[worker]
    assert together.keys() == alone.keys()
    for name, values in alone.items():
        if name == "numbers":
            continue
        np.testing.assert_allclose(together[name], values, rtol=1e-4, atol=1e-5, err_msg=name)
    # Both clips acted, so that they acted on the sum over the workers.
    assert alone["applied"].max() == pytest.approx(0.1, rel=1e-5)
    assert alone["norms"].max() > 1


def test_every_worker_hears_of_all_others(results):
    assert [result["numbers"].tolist() for result in results] == [[0], [0, 10], [0, 10]]


def test_workers_agree_to_the_bit(results):
    for name in (name for name in results[1] if name.startswith(("weight", "norms", "log"))):
        np.testing.assert_array_equal(results[1][name], results[2][name], err_msg=name)


def test_a_strategy_may_be_given_and_keras_is_as_before():
    before = (_trainer.reduce_per_replica, _trainer.TensorFlowTrainer._maybe_symbolic_build)
    own = tf.distribute.OneDeviceStrategy("CPU:0")
    with distribution.scope(own) as strategy:
        assert strategy is own
        assert tf.distribute.get_strategy() is own
        assert keras.Sequential().distribute_strategy is own
    assert before == (_trainer.reduce_per_replica, _trainer.TensorFlowTrainer._maybe_symbolic_build)


def test_no_strategy_changes_nothing():
    with distribution.scope():
        assert not tf.distribute.has_strategy()


@pytest.mark.parametrize("strategy", ["mirror", 3, None])
def test_an_unknown_strategy_is_refused(strategy):
    with (
        pytest.raises(InvalidArgumentError, match=r"`strategy` must be one of .* Received: strategy="),
        _scope(strategy),
    ):
        pass


def _scope(strategy):
    return distribution.scope(strategy)


def test_several_workers_need_a_cluster(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    monkeypatch.delenv("SLURM_PROCID", raising=False)
    with pytest.raises(InvalidArgumentError, match="need TF_CONFIG"), distribution.scope("multi_worker"):
        pass


def test_the_program_s_own_errors_come_out_as_they_are():
    with pytest.raises(WorkerLostError), distribution.scope():
        raise WorkerLostError("as it was")
