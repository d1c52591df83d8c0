"""TensorBoard event files with many values in one event."""

import os
import socket
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from keras_stable.callbacks.tensorboard_command import warn_of_tensorboard
from keras_stable.imports import first_line

_BINS = 30


class EventWriter:
    """Writes scalars, histograms, pictures and texts to one event file, without an op of TensorFlow in between.

    `tf.summary.scalar` runs several ops for each value; here all values of a step are one record. Where the file can no
    longer be written, as on a full disk, one warning says so, and the training goes on without it.

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
        self._path = os.path.join(os.fspath(log_dir), name)
        self._records: tf.io.TFRecordWriter | None = tf.io.TFRecordWriter(self._path)
        self._write(Event(wall_time=now, file_version="brain.Event:2").SerializeToString())
        self._templates: dict[int, tuple[list[str], np.ndarray, np.ndarray]] = {}

    def scalars(self, step: int, tags: Sequence[str], values: Sequence[float]) -> None:
        """Writes one event with a value for each tag; the values that are NaN are left out."""
        tags = list(tags)
        with np.errstate(over="ignore"):
            figures = np.asarray(values, "float64").astype("<f4")
        kept = ~np.isnan(figures)
        if not kept.all():
            tags, figures = [tag for tag, keep in zip(tags, kept, strict=True) if keep], figures[kept]
        # One for each number of tags, as a writer has few kinds of events.
        known, template, places = self._templates.get(len(tags), ([], None, None))
        if template is None or known != tags:
            template, places = _template(tags)
            self._templates[len(tags)] = tags, template, places
        # The values are put into the bytes of the message: to set and to serialize each takes ten times as long.
        summary = template.copy()
        summary[places] = figures.view("uint8").reshape(-1, 4)
        event = Event(step=int(step), wall_time=time.time()).SerializeToString()
        self._write(event + summary.tobytes())

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
        self.summary(step, Summary.Value(tag=tag, histo=histogram))

    def counted(self, step: int, tags: Sequence[str], edges: np.ndarray, counts: np.ndarray) -> None:
        """Writes one event with a histogram for each tag, of values that are counted already.

        Args:
            step: int.
            tags: sequence of n str.
            edges: float [bins + 1], ascending.
            counts: float [n, bins]; a tag without any is left out, and so are the empty bins at both ends.
        """
        values, centres = [], (edges[1:] + edges[:-1]) / 2
        for tag, row in zip(tags, counts, strict=True):
            filled = np.flatnonzero(row)
            if not len(filled):
                continue
            part = slice(filled[0], filled[-1] + 1)
            centre, count = centres[part], row[part]
            histogram = HistogramProto(
                min=edges[filled[0]],
                max=edges[filled[-1] + 1],
                num=count.sum(),
                sum=centre @ count,
                sum_squares=np.square(centre) @ count,
                bucket_limit=edges[1:][part],
                bucket=count,
            )
            values.append(Summary.Value(tag=tag, histo=histogram))
        if values:
            self.summary(step, *values)

    def text(self, step: int, tag: str, markdown: str) -> None:
        """Writes a text for TensorBoard's text page, which shows Markdown."""
        self.plugin(step, tag, "text", tf.make_tensor_proto([markdown.encode()]))

    def image(self, step: int, tag: str, png: bytes, width: int, height: int) -> None:
        """Writes a picture: the bytes of a PNG, and its size in pixels."""
        picture = Summary.Image(width=width, height=height, colorspace=3, encoded_image_string=png)
        self.summary(step, Summary.Value(tag=tag, image=picture))

    def plugin(self, step: int, tag: str, name: str, tensor: Any, content: bytes = b"") -> None:
        """Writes a tensor, a TensorProto, for a page of TensorBoard that has a name of its own."""
        metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name=name, content=content))
        message = TensorProto.FromString(tensor.SerializeToString())
        self.summary(step, Summary.Value(tag=tag, metadata=metadata, tensor=message))

    def summary(self, step: int, *values: Summary.Value) -> None:
        """Writes values as one event."""
        self._write(Event(step=step, wall_time=time.time(), summary=Summary(value=values)).SerializeToString())

    def flush(self) -> None:
        """Lets TensorBoard see what was written."""
        self._attempt(lambda records: records.flush())

    def close(self) -> None:
        """Ends the file."""
        self._attempt(lambda records: records.close())

    def _write(self, record: bytes) -> None:
        self._attempt(lambda records: records.write(record))

    def _attempt(self, action: Callable[[tf.io.TFRecordWriter], None]) -> None:
        if self._records is None:
            return
        try:
            action(self._records)
        except tf.errors.OpError as error:
            self._records = None
            warnings.warn(
                f"TensorBoard's events could not be written to {self._path}: {first_line(error)}. What is there stays, "
                "and the training goes on without them.",
                stacklevel=3,
            )


def _template(tags: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Returns the bytes of an event's summary with a value for each tag, and where the bytes of each value are."""
    values = [Summary.Value(tag=tag, simple_value=1.0) for tag in tags]
    event = Event(summary=Summary(value=values)).SerializeToString()
    # A value is a field of its own, whose last four bytes are its number.
    sizes = [len(Summary(value=[value]).SerializeToString()) for value in values]
    ends = len(event) - sum(sizes) + np.cumsum(np.array(sizes, "int64"))
    return np.frombuffer(event, "uint8"), ends[:, None] + np.arange(-4, 0)
