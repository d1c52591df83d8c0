"""A clear error where another worker has ended."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from keras_stable.errors import WorkerLostError

# What collective operations say when a peer has gone; other errors of these classes are the program's own.
_GONE = re.compile(
    r"collective ops is aborted|unhealthy|heartbeat|connection reset|socket closed|failed to connect|barrier", re.I
)
_TASK = re.compile(r"/(?:job:\w+/)?(?:replica:\d+/)?task:(\d+)")


@contextmanager
def lost_workers_named() -> Iterator[None]:
    """Raises a `WorkerLostError` in the place of what TensorFlow raises when another worker has ended."""
    try:
        yield
    except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.InternalError) as error:
        message = str(error)
        if not _GONE.search(message):
            raise
        # The task that the message was made on comes first, in the name of an operation.
        _, _, reported = message.partition("aborted by")
        task = _TASK.search(reported)
        who = f"worker {task[1]}" if task else "a worker"
        raise WorkerLostError(
            f"The training has ended, as {who} of the cluster was lost; start all workers again, with the last "
            f"checkpoint where there is one. Received: {' '.join(message.split())[:300]}"
        ) from error
