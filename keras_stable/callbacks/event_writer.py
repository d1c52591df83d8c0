"""TensorBoard event files with many values in one event."""

import os
import socket
import time
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from keras_stable.callbacks.tensorboard_command import warn_of_tensorboard

_BINS = 30


class EventWriter:
    """Writes scalars, histograms and texts to one event file, without an op of TensorFlow in between.

    `tf.summary.scalar` runs several ops for each value; here all values of a step are one record.

    Args:
        log_dir: The directory, local or remote; made when it is missing.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as log_dir:
    ...     writer = EventWriter(log_dir)
    ...     writer.scalars(3, ["a", "b"], [1.0, 2.0])
    ...     writer.close()
    ...     len(os.listdir(log_dir))
    1
    """

    def __init__(self, log_dir: str | os.PathLike) -> None:
        warn_of_tensorboard()
        tf.io.gfile.makedirs(os.fspath(log_dir))
        now = time.time()
        # TensorBoard takes every file with `tfevents` in its name, in the order of their names.
        name = f"events.out.tfevents.{now:.6f}.{socket.gethostname()}.{os.getpid()}"
        self._records = tf.io.TFRecordWriter(os.path.join(os.fspath(log_dir), name))
        self._records.write(Event(wall_time=now, file_version="brain.Event:2").SerializeToString())
        self._tags: list[str] = []
        self._event = Event()

    def scalars(self, step: int, tags: Sequence[str], values: Sequence[float]) -> None:
        """Writes one event with a value for each tag; the values that are NaN are left out."""
        tags, values = list(tags), np.asarray(values, "float64").tolist()
        if any(value != value for value in values):
            kept = [i for i, value in enumerate(values) if value == value]
            tags, values = [tags[i] for i in kept], [values[i] for i in kept]
        if tags != self._tags:
            self._event = Event(summary=Summary(value=[Summary.Value(tag=tag) for tag in tags]))
            self._tags = tags
        # Writing over one message is several times faster than making the next.
        for slot, value in zip(self._event.summary.value, values, strict=True):
            slot.simple_value = value
        self._event.step = int(step)
        self._event.wall_time = time.time()
        self._records.write(self._event.SerializeToString())

    def histogram(self, step: int, tag: str, values: np.ndarray) -> None:
        """Writes the distribution of the finite values; nothing when there is none."""
        finite = np.asarray(values, "float64")
        finite = finite[np.isfinite(finite)]
        if len(finite) == 0:
            return
        low, high = finite.min(), finite.max()
        # NumPy refuses bins that are narrower than the rounding of their edges.
        margin = 1e-6 * max(abs(low), abs(high)) if high - low < 1e-9 * max(abs(low), abs(high)) else 0.0
        counts, edges = np.histogram(finite, bins=_BINS, range=(low - margin, high + margin))
        histogram = HistogramProto(
            min=finite.min(),
            max=finite.max(),
            num=len(finite),
            sum=finite.sum(),
            sum_squares=np.square(finite).sum(),
            bucket_limit=edges[1:],
            bucket=counts,
        )
        value = Summary.Value(tag=tag, histo=histogram)
        self._records.write(Event(step=step, wall_time=time.time(), summary=Summary(value=[value])).SerializeToString())

    def text(self, step: int, tag: str, markdown: str) -> None:
        """Writes a text for TensorBoard's text page, which shows Markdown."""
        metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
        tensor = tf.make_tensor_proto([markdown.encode()]).SerializeToString()
        value = Summary.Value(tag=tag, metadata=metadata, tensor=TensorProto.FromString(tensor))
        self._records.write(Event(step=step, wall_time=time.time(), summary=Summary(value=[value])).SerializeToString())

    def flush(self) -> None:
        """Lets TensorBoard see what was written."""
        self._records.flush()

    def close(self) -> None:
        """Ends the file."""
        self._records.close()
