"""What all workers of a strategy have to agree on."""

from typing import Any

import numpy as np
import tensorflow as tf

from keras_stable.distribution.keras_fixes import is_multi_worker


def number_of_each_worker(strategy: Any, number: int) -> np.ndarray:
    """Returns the number that each worker has called this with; it waits until all have.

    Args:
        strategy: a `tf.distribute.Strategy`; every worker calls this with its own.
        number: int, this worker's.

    Returns:
        int64 [workers]; of a strategy without workers, that number alone.

    >>> number_of_each_worker(tf.distribute.get_strategy(), 3)
    array([3])
    """
    if not is_multi_worker(strategy):
        return np.array([number], "int64")

    @tf.function
    def gathered() -> tf.Tensor:
        return strategy.gather(strategy.run(lambda: tf.constant([number], tf.int64)), axis=0)

    # One row for each replica: this worker's replicas all have the same.
    return gathered().numpy()[:: len(strategy.extended.worker_devices)]


def wait_for_all(strategy: Any) -> None:
    """Returns when every worker has called this.

    >>> wait_for_all(tf.distribute.get_strategy())
    """
    number_of_each_worker(strategy, 0)
