"""The scope of a strategy by its name, in which models are made and trained."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Literal, get_args

import tensorflow as tf

from keras_stable.distribution.cluster import cluster_resolver
from keras_stable.distribution.keras_fixes import is_multi_worker, multi_worker_fixes
from keras_stable.distribution.lost_worker import lost_workers_named
from keras_stable.errors import InvalidArgumentError, invalid_argument
from keras_stable.keras_private import branches_asking_outside

StrategyName = Literal["none", "mirrored", "multi_worker"]


@contextmanager
def scope(strategy: StrategyName | tf.distribute.Strategy = "none") -> Iterator[Any]:
    """Enters the scope of a strategy; models are made, compiled and fitted inside.

    Under several workers `fit` of stock Keras fails, and under several replicas with `steps_per_execution` above 1; in
    this scope it runs, and Keras and TensorFlow are as before after it. A batch size is that of all replicas together.
    Every worker has to do the same: seed with `keras.utils.set_random_seed`, make the same model, and call `fit` with
    the same data. Only the chief keeps what it writes: see `keras_stable.distribution.is_chief`.

    Args:
        strategy: "none": no strategy. "mirrored": one replica for each GPU of this machine, or, without any, each
            logical CPU. "multi_worker": one process for each machine, as `TF_CONFIG` or SLURM say. Or a strategy.
            Default "none".

    Yields:
        The `tf.distribute.Strategy`.

    Raises:
        InvalidArgumentError: there is no such strategy, or no cluster.
        UnsupportedKerasError: several workers were not tried with this Keras.
        WorkerLostError: another worker ended while this one was waiting for it.

    >>> import keras
    >>> with scope("mirrored") as strategy:
    ...     model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> strategy.num_replicas_in_sync
    1
    """
    chosen = _strategy(strategy)
    with ExitStack() as stack:
        if chosen.num_replicas_in_sync > 1:
            stack.enter_context(branches_asking_outside())
        if is_multi_worker(chosen):
            stack.enter_context(lost_workers_named())
            stack.enter_context(multi_worker_fixes())
        stack.enter_context(chosen.scope())
        yield chosen


def _strategy(strategy: Any) -> Any:
    if isinstance(strategy, tf.distribute.Strategy):
        return strategy
    if strategy not in get_args(StrategyName):
        names = ", ".join(f'"{name}"' for name in get_args(StrategyName))
        raise invalid_argument("strategy", f"one of {names} or a tf.distribute.Strategy", strategy)
    if strategy == "none":
        return tf.distribute.get_strategy()
    if strategy == "mirrored":
        kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
        return tf.distribute.MirroredStrategy([device.name for device in tf.config.list_logical_devices(kind)])
    resolver = cluster_resolver()
    try:
        return tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)
    except RuntimeError as error:
        raise InvalidArgumentError(
            f"The strategy of several workers must come before any operation of TensorFlow. Received: {error}"
        ) from error
