"""Sums over the replicas of a strategy, inside a step."""

from collections.abc import Sequence

import tensorflow as tf

from keras_stable.keras_private import ask_outside_of_branches


def replicas_in_step() -> int:
    """Returns how many replicas take the step that is being traced, or run, here.

    >>> replicas_in_step()
    1
    """
    context = tf.distribute.get_replica_context()
    return 1 if context is None else context.num_replicas_in_sync


def sums_over_replicas(tensors: Sequence[tf.Tensor]) -> list[tf.Tensor]:
    """Returns the sum of each tensor over all replicas; the tensors themselves where there is one replica.

    It may stand in a function that a loop calls, as the step of `fit` with `steps_per_execution` above 1 does.

    Args:
        tensors: Dense, n of them.

    >>> [float(total) for total in sums_over_replicas([tf.constant(2.0), tf.constant(3.0)])]
    [2.0, 3.0]
    """
    if replicas_in_step() == 1:
        return list(tensors)
    ask_outside_of_branches()
    # What is read from a variable of a worker has no device, and is then sent nowhere.
    placed = [tensor if tensor.device else tf.identity(tensor) for tensor in tensors]
    return list(tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, placed))
