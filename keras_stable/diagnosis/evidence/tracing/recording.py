"""The first batches run through a model once, and everything that the rules want to know of these passes."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.model.demands import demanded_rows, whole_chunks
from keras_stable.diagnosis.evidence.tracing.answer_bounds import Bounds, output_bounds
from keras_stable.diagnosis.evidence.tracing.dataflow import learnt_before, way_to_learnt
from keras_stable.diagnosis.evidence.tracing.feature_rows import FeaturePart, add_rows, takes_features
from keras_stable.diagnosis.evidence.tracing.graph_tracing import tracer
from keras_stable.diagnosis.evidence.tracing.masks import hidden_share
from keras_stable.diagnosis.evidence.tracing.moments import Moments
from keras_stable.diagnosis.evidence.tracing.passes import Call, Trace
from keras_stable.diagnosis.evidence.tracing.time_pooling import pooled_steps

FEATURE_ROWS = 256
# Of what all layers return in one pass, and of inputs that are taken for large before it is known what layers return.
_PASS_BYTES, _LARGE_INPUTS = 1 << 27, 1 << 22
_ANSWER_ROWS, _LEAST_ANSWER_ROWS = 32, 4
_ANSWER_BYTES = 1 << 22


@dataclass(frozen=True, eq=False)
class Seen:
    """A leaf layer as it was first called: a `Call` with shapes in place of tensors.

    `hidden` is the share of the steps that its mask hides, NaN without one; `pooled` is what it does with the steps,
    "average" or "maximum", or "".
    """

    path: str
    kind: str
    role: str
    activation: str
    inputs: tuple[str, ...]
    layer: keras.layers.Layer | None
    entered: tuple[tuple[int, ...], ...]
    given: tuple[tuple[int, ...], ...]
    hidden: float = math.nan
    hands_on: bool = False
    pooled: str = ""


@dataclass(eq=False)
class Recording:
    """What was seen, in inference mode, with memory for one batch, however many there are.

    Attributes:
        model: the model that ran.
        batch: the first batch; answer: what the model returned for its first rows.
        seen: the leaf layers in data-flow order.
        inputs: names of the inputs.
        outputs: mapping of output name to its values for these rows; output_paths: to its path, or "".
        given: mapping of path to the `Moments` of a layer's output.
        entered_nonfinite: mapping of path to how many NaN and infinite values entered.
        entering: mapping of input name to the `Moments` of what enters the first learnt layer that it reaches.
        features: mapping of readout path to lists of features, raw inputs (of the first rows, where they are
            large) and labels, one entry a pass.
        bounds: mapping of output name to the `Bounds` that it cannot leave.
        looked_up: mapping of path to the ids that enter an embedding, of the first pass.
        row_bytes: int, of all that the layers return for a row.
        rows: int, that were run, in all passes.
    """

    model: keras.Model
    batch: Batch
    answer: Any = None
    seen: tuple[Seen, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: dict[str, np.ndarray] = field(default_factory=dict)
    output_paths: dict[str, str] = field(default_factory=dict)
    given: dict[str, Moments] = field(default_factory=dict)
    entered_nonfinite: dict[str, int] = field(default_factory=dict)
    entering: dict[str, Moments] = field(default_factory=dict)
    features: dict[str, list[FeaturePart]] = field(default_factory=dict)
    bounds: dict[str, Bounds] = field(default_factory=dict)
    looked_up: dict[str, np.ndarray] = field(default_factory=dict)
    row_bytes: int = 0
    rows: int = 0

    def readouts(self) -> dict[str, str]:
        """Returns the path of the last learnt layer before each output; "" where there is none."""
        return {name: learnt_before(self.seen, path) for name, path in self.output_paths.items()}

    def feature_rows(self) -> int:
        """Returns how many rows there are features of."""
        return max((sum(len(part[0]) for part in parts) for parts in self.features.values()), default=0)


def record(
    model: keras.Model, batches: Iterable[Batch], sample: Batch | None = None, deadline: Deadline | None = None
) -> Recording:
    """Runs batches through a model in inference mode, one pass a batch.

    Args:
        model: compiled or not; a copy. Its weights are left as they are.
        batches: the batches to look at, at least one.
        sample: more rows for the features, taken where the batches hold fewer than 256.
        deadline: `Deadline` after which no further pass begins; one is always made. Default: none.

    Raises:
        ValueError: there is no batch.
    """
    recording: Recording | None = None
    run, deadline = tracer(model), deadline or Deadline()
    for batch in deadline.keep(batches):
        if recording is None:
            recording = Recording(model, batch)
        for part in _parts(recording, batch):
            # A last batch that is smaller goes into no model that demands a number of rows.
            if not recording.rows or part.rows == (demanded_rows(model) or part.rows):
                _add(recording, run(part.x), part)
    if recording is None:
        raise ValueError("`batches` must hold at least one batch. Received: none")
    if sample is not None:
        for part in _parts(recording, sample):
            if recording.feature_rows() >= FEATURE_ROWS or deadline.over:
                break
            _add_features(recording, run(part.x), part)
            recording.rows += part.rows
    return recording


def _parts(recording: Recording, batch: Batch) -> Iterator[Batch]:
    """Yields a batch in parts of which all that the layers return takes some megabytes, and not less than four rows."""
    demanded = demanded_rows(recording.model)
    if demanded is not None:
        yield from (batch.take(chunk) for chunk in whole_chunks(batch.rows, demanded, demanded))
        return
    start = 0
    while start < batch.rows:
        is_large = sum(leaf.nbytes for leaf in leaves(batch.x)) > _LARGE_INPUTS
        rows = _LEAST_ANSWER_ROWS if is_large else batch.rows
        if recording.row_bytes:
            rows = max(_LEAST_ANSWER_ROWS, _PASS_BYTES // recording.row_bytes)
        yield batch.take(slice(start, start + rows))
        start += rows


def _add(recording: Recording, trace: Trace, batch: Batch) -> None:
    recording.rows += batch.rows
    if not recording.seen:
        _add_first(recording, trace, batch.rows)
    for call in trace.calls:
        recording.entered_nonfinite.setdefault(call.path, 0)
        recording.entered_nonfinite[call.path] += sum(map(_nonfinite, call.entered))
        if call.given and _numeric(call.given[0]):
            moments = recording.given.setdefault(call.path, Moments(call.activation))
            moments.add(np.asarray(call.given[0]))
    for name, moments in recording.entering.items():
        tensor = _entering(trace, recording.seen, name)
        if tensor is not None and _numeric(tensor):
            moments.add(np.asarray(tensor))
    if recording.feature_rows() < FEATURE_ROWS:
        _add_features(recording, trace, batch)


def _add_first(recording: Recording, trace: Trace, rows: int) -> None:
    recording.row_bytes = sum(_bytes(tensor) for call in trace.calls for tensor in call.given) // rows
    row_bytes = sum(map(_bytes, trace.outputs.values())) // rows
    kept = max(_LEAST_ANSWER_ROWS, min(_ANSWER_ROWS, _ANSWER_BYTES // max(1, row_bytes)))
    # The losses are matched with the answer part by part, so its parts have to be the outputs themselves.
    recording.answer = keras.tree.map_structure(
        lambda tensor: tensor[:kept] if tensor.shape.rank else tensor, trace.answer
    )
    recording.inputs = tuple(trace.inputs)
    parts = keras.tree.flatten(recording.answer)
    recording.outputs = {name: np.asarray(part) for name, part in zip(trace.outputs, parts, strict=True)}
    recording.output_paths = dict(trace.output_paths)
    recording.bounds = output_bounds(trace)
    recording.entering = {name: Moments() for name in trace.inputs}
    seen: dict[str, Seen] = {}
    for call in trace.calls:
        seen.setdefault(call.path, _seen(call))
        if isinstance(call.layer, keras.layers.Embedding):
            recording.looked_up.setdefault(call.path, np.asarray(call.entered[0]))
    recording.seen = tuple(seen.values())


def _add_features(recording: Recording, trace: Trace, batch: Batch) -> None:
    calls = {call.path: call for call in reversed(trace.calls)}
    for path in dict.fromkeys(recording.readouts().values()):
        if path in calls and takes_features(calls[path]):
            add_rows(recording.features.setdefault(path, []), calls[path], batch)


def _bytes(tensor: tf.Tensor) -> int:
    return tensor.dtype.size * int(np.prod(tensor.shape, dtype="int64"))


def _entering(trace: Trace, seen: Sequence[Seen], name: str) -> tf.Tensor | None:
    """Returns what enters the first learnt layer, or before that the layer that joins the input with others."""
    way = [layer.path for layer in way_to_learnt(seen, name)]
    calls = {call.path: call for call in reversed(trace.calls)}
    source = name
    for path in way:
        call = calls.get(path)
        if call is None:
            return None
        joins = call.kind == "Concatenate" and len(call.inputs) > 1
        if joins or path == way[-1]:
            told_apart = source in call.inputs and len(call.inputs) == len(call.entered)
            index = call.inputs.index(source) if told_apart else 0
            return call.entered[index] if call.entered else None
        source = path
    return None


def _seen(call: Call) -> Seen:
    entered, returned = (tuple(tuple(tensor.shape) for tensor in tensors) for tensors in (call.entered, call.given))
    hidden = hidden_share(call.mask[0]) if call.mask else math.nan
    shape = (call.path, call.kind, call.role, call.activation, call.inputs, call.layer, entered, returned)
    return Seen(*shape, hidden, call.hands_on, pooled_steps(call))


def _numeric(tensor: tf.Tensor) -> bool:
    return (tensor.dtype.is_floating or tensor.dtype.is_integer) and len(tensor.shape) > 0


def _nonfinite(tensor: tf.Tensor) -> int:
    if not tensor.dtype.is_floating:
        return 0
    values = np.asarray(tensor)
    with np.errstate(over="ignore", invalid="ignore"):
        # A sum is finite only where every value is.
        if np.isfinite(values.sum(dtype="float32")):
            return 0
    return int(tf.math.count_nonzero(~tf.math.is_finite(tensor)))
