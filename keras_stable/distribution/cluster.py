"""Which cluster this process is a worker of."""

import json
import os
import shutil
from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from keras_stable.errors import InvalidArgumentError

_FORM = '{"cluster": {"worker": ["host:port", ...]}, "task": {"type": "worker", "index": 0}}'
# More than the tasks of any node.
_MANY = 1 << 16


def cluster_resolver(environment: Mapping[str, str] = os.environ) -> Any:
    """Returns the resolver for what the cluster's scheduler has put into the environment.

    `TF_CONFIG` comes first: Kubeflow's TFJob and Vertex AI set it. A job of SLURM is recognised by `SLURM_PROCID`.

    Args:
        environment: mapping of str to str. Default: that of this process.

    Raises:
        InvalidArgumentError: neither is there, or `TF_CONFIG` is not what TensorFlow takes.
    """
    if text := environment.get("TF_CONFIG"):
        _check_tf_config(text)
        return tf.distribute.cluster_resolver.TFConfigClusterResolver()
    if "SLURM_PROCID" in environment:
        return _slurm_resolver()
    must_be = "Several workers need TF_CONFIG, or a job of SLURM, to know each other."
    raise InvalidArgumentError(f"{must_be} Received: neither TF_CONFIG nor SLURM_PROCID in the environment")


def _slurm_resolver() -> Any:
    if shutil.which("nvidia-smi"):
        return tf.distribute.cluster_resolver.SlurmClusterResolver()
    # TensorFlow's deals out GPUs and fails where there is none, so it is told of some that nobody uses.
    return _SlurmWithoutGpus(gpus_per_node=_MANY, gpus_per_task=1, auto_set_gpu=False)


class _SlurmWithoutGpus(tf.distribute.cluster_resolver.SlurmClusterResolver):
    def num_accelerators(self, task_type: Any = None, task_id: Any = None, config_proto: Any = None) -> dict[str, int]:
        return {}


def _check_tf_config(text: str) -> None:
    try:
        content = json.loads(text)
        task, cluster = content["task"], content["cluster"]
        workers = cluster[task["type"]]
        right = isinstance(workers, list) and all(isinstance(worker, str) and ":" in worker for worker in workers)
        right = right and task["type"] in ("chief", "worker") and 0 <= int(task["index"]) < len(workers)
    except (ValueError, KeyError, TypeError, AttributeError):
        right = False
    if not right:
        raise InvalidArgumentError(f"`TF_CONFIG` must be of the form {_FORM}. Received: TF_CONFIG={text!r}")


def is_chief(strategy: Any = None) -> bool:
    """Returns whether this process is the one that writes: logs, checkpoints, the model.

    It is the worker of type "chief", or worker 0 where the cluster has none; and the only process of a strategy
    without workers.

    Args:
        strategy: a `tf.distribute.Strategy`. Default: the one in whose scope this is called.

    >>> is_chief()
    True
    """
    strategy = strategy or tf.distribute.get_strategy()
    resolver = getattr(strategy, "cluster_resolver", None)
    if (
        not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)
        or resolver is None
        or not resolver.task_type
    ):
        return True
    return resolver.task_type == "chief" or (
        resolver.task_type == "worker" and resolver.task_id == 0 and "chief" not in resolver.cluster_spec().jobs
    )
