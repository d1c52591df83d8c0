"""What stock Keras needs so that `fit` runs under `tf.distribute.MultiWorkerMirroredStrategy`.

Both faults are described, as they could be reported to Keras, in docs/distribution.md.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
import tensorflow as tf

from keras_stable.errors import UnsupportedKerasError
from keras_stable.keras_private import built_from, replicas_reduced_by

# The oldest and the newest minor version that stock `fit` was seen to fail on, and to run on with these fixes.
OLDEST, NEWEST = (3, 10), (3, 15)


@contextmanager
def multi_worker_fixes(version: str = keras.__version__) -> Iterator[None]:
    """Lets `fit`, `evaluate` and `predict` of every model under several workers run, until the context ends.

    Models without a strategy, or under another one, go through Keras's own code as before.

    Args:
        version: str, the version of Keras.

    Raises:
        UnsupportedKerasError: it is one on which nobody has tried whether the fixes are needed and right.

    >>> with multi_worker_fixes():
    ...     pass
    """
    minor = tuple(int(part) for part in version.split(".")[:2])
    if not OLDEST <= minor <= NEWEST:
        tried = " to ".join(".".join(map(str, numbers)) for numbers in (OLDEST, NEWEST))
        raise UnsupportedKerasError(f"Several workers were tried with Keras {tried}. Received: Keras {version}")
    with ExitStack() as stack:
        stack.enter_context(built_from(_local_batch))
        stack.enter_context(replicas_reduced_by(_mean_of_replicas))
        yield


def is_multi_worker(strategy: Any) -> bool:
    """Returns whether a strategy spreads a step over more than one process.

    >>> is_multi_worker(tf.distribute.get_strategy())
    False
    """
    resolver = getattr(strategy, "cluster_resolver", None)
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy) or resolver is None:
        return False
    return sum(len(addresses) for addresses in resolver.cluster_spec().as_dict().values()) > 1


def _local_batch(model: Any, iterator: Any) -> Any | None:
    """Returns one replica's part of the first batch.

    Keras takes the mean over all replicas, although only shapes and dtypes are asked for, and an all-reduce cannot run
    while the model is built. (It also fails where replicas get parts of different sizes.)
    """
    strategy = model.distribute_strategy
    if not is_multi_worker(strategy):
        return None
    # An element is (step, iterator) in Keras 3.10, (first step, last step, iterator) later.
    for *_, batches in iterator:
        return keras.tree.map_structure(lambda part: strategy.experimental_local_results(part)[0], next(batches))
    return None


def _mean_of_replicas(values: Any, strategy: Any, reduction: str, keras_reduce: Any) -> Any:
    """Returns the logs of a step: the mean over all replicas.

    Keras asks for the mean over axis 0 of what the replicas return, and these are scalars.
    """
    if reduction not in ("auto", "mean") or not is_multi_worker(strategy):
        return keras_reduce(values, strategy, reduction)
    return keras.tree.map_structure(lambda value: strategy.reduce("MEAN", value, axis=None), values)
