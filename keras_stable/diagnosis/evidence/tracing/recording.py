"""The first batches run through a model once, and everything that the rules want to know of these passes."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.tracing.dataflow import learnt_before, way_to_learnt
from keras_stable.diagnosis.evidence.tracing.graph_tracing import tracer
from keras_stable.diagnosis.evidence.tracing.moments import Moments
from keras_stable.diagnosis.evidence.tracing.passes import Call, Trace
from keras_stable.diagnosis.facts import Structure

FEATURE_ROWS = 256
_FEATURE_VALUES = 1 << 24
_CHUNK = 64


@dataclass(frozen=True, eq=False)
class Seen:
    """A leaf layer as it was first called: a `Call` with shapes in place of tensors."""

    path: str
    kind: str
    role: str
    activation: str
    inputs: tuple[str, ...]
    layer: keras.layers.Layer | None
    entered: tuple[tuple[int, ...], ...]
    given: tuple[tuple[int, ...], ...]


@dataclass(eq=False)
class Recording:
    """What was seen, in inference mode, with memory for one batch whatever the number of batches.

    Attributes:
        model: the model that ran.
        batch: the first batch; answer: what the model returned for it.
        seen: the leaf layers in data-flow order.
        inputs: names of the inputs.
        outputs: mapping of output name to its values for the first batch; output_paths: to its path, or "".
        given: mapping of path to the `Moments` of a layer's output.
        entered_nonfinite: mapping of path to how many NaN and infinite values entered.
        entering: mapping of input name to the `Moments` of what enters the first learnt layer that it reaches.
        features: mapping of readout path to lists of features, raw inputs and labels, one entry a pass.
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
    features: dict[str, list[tuple[np.ndarray, Any, list[np.ndarray]]]] = field(default_factory=dict)

    def readouts(self) -> dict[str, str]:
        """Returns the path of the last learnt layer before each output; "" where there is none."""
        return {name: learnt_before(self.seen, path) for name, path in self.output_paths.items()}

    def feature_rows(self) -> int:
        """Returns of how many rows there are features."""
        return max((sum(len(part[0]) for part in parts) for parts in self.features.values()), default=0)


def record(model: keras.Model, batches: Iterable[Batch], sample: Batch | None = None) -> Recording:
    """Runs batches through a model in inference mode, one pass a batch.

    Args:
        model: compiled or not; a copy. Its weights are left as they are.
        batches: the batches to look at, at least one.
        sample: more rows for the features, taken where the batches hold fewer than 256.

    Raises:
        ValueError: there is no batch.
    """
    recording: Recording | None = None
    run = tracer(model)
    for batch in batches:
        if recording is None:
            recording = Recording(model, batch)
        _add(recording, run(batch.x), batch)
    if recording is None:
        raise ValueError("`batches` must hold at least one batch. Received: none")
    if sample is not None:
        for start in range(0, sample.rows, _CHUNK):
            if recording.feature_rows() >= FEATURE_ROWS:
                break
            part = sample.take(slice(start, start + _CHUNK))
            _add_features(recording, run(part.x), part)
    return recording


def entering(recording: Recording, structure: Structure) -> dict[str, dict[str, Any]]:
    """Returns what enters the first learnt layer that each input reaches, as fields of `facts.Input` by input name.

    A normalization layer that comes directly after the first learnt layer, with no activation between, counts as well:
    it takes the scale away again. One that was never adapted does not.
    """
    found: dict[str, dict[str, Any]] = {}
    for name in recording.inputs:
        way = [place.path for place in way_to_learnt(structure.layers, name)]
        consumer = structure.layer(way[-1]) if way else None
        moments = recording.entering.get(name, Moments())
        found[name] = {
            "consumer": consumer.kind if consumer else "",
            "normalized_by": _normalized_by(structure, way),
            "entering_mean": moments.mean,
            "entering_std": moments.std,
            "entering_max": moments.maximum if moments.rows else math.nan,
        }
    return found


def _normalized_by(structure: Structure, way: Sequence[str]) -> str:
    before = [structure.layer(path) for path in way[:-1]]
    if way and getattr(structure.layer(way[-1]), "activation", None) in ("linear", ""):
        after = structure.consumers(way[-1])
        before += after if len(after) == 1 else ()
    return next(
        (each.path for each in before if each and each.role == "normalization" and each.adapted is not False), ""
    )


def _add(recording: Recording, found: Trace, batch: Batch) -> None:
    if not recording.seen:
        _add_first(recording, found)
    for call in found.calls:
        recording.entered_nonfinite.setdefault(call.path, 0)
        recording.entered_nonfinite[call.path] += sum(map(_nonfinite, call.entered))
        if call.given and _numeric(call.given[0]):
            moments = recording.given.setdefault(call.path, Moments(call.activation))
            moments.add(call.given[0].numpy())
    for name, moments in recording.entering.items():
        tensor = _entering(found, recording.seen, name)
        if tensor is not None and _numeric(tensor):
            moments.add(tensor.numpy())
    if recording.feature_rows() < FEATURE_ROWS:
        _add_features(recording, found, batch)


def _add_first(recording: Recording, found: Trace) -> None:
    recording.answer = found.answer
    recording.inputs = tuple(found.inputs)
    recording.outputs = {name: tensor.numpy() for name, tensor in found.outputs.items()}
    recording.output_paths = dict(found.output_paths)
    recording.entering = {name: Moments() for name in found.inputs}
    seen: dict[str, Seen] = {}
    for call in found.calls:
        seen.setdefault(call.path, _seen(call))
    recording.seen = tuple(seen.values())


def _seen(call: Call) -> Seen:
    entered, given = (tuple(tuple(each.shape) for each in tensors) for tensors in (call.entered, call.given))
    return Seen(call.path, call.kind, call.role, call.activation, call.inputs, call.layer, entered, given)


def _entering(found: Trace, seen: Sequence[Seen], name: str) -> tf.Tensor | None:
    """Returns what enters the first learnt layer, or before that the layer that joins the input with others."""
    way = [place.path for place in way_to_learnt(seen, name)]
    calls = {call.path: call for call in reversed(found.calls)}
    source = name
    for path in way:
        call = calls.get(path)
        if call is None:
            return None
        joins = call.kind == "Concatenate" and len(call.inputs) > 1
        if joins or path == way[-1]:
            known = source in call.inputs and len(call.inputs) == len(call.entered)
            place = call.inputs.index(source) if known else 0
            return call.entered[place] if call.entered else None
        source = path
    return None


def _add_features(recording: Recording, found: Trace, batch: Batch) -> None:
    calls = {call.path: call for call in reversed(found.calls)}
    for path in dict.fromkeys(recording.readouts().values()):
        if path not in calls or not _takes_features(calls[path]):
            continue
        values = calls[path].entered[0].numpy().astype("float32")
        values = values.reshape(len(values), -1, values.shape[-1]).mean(1, dtype="float64")
        parts = recording.features.setdefault(path, [])
        if (sum(len(part[0]) for part in parts) + len(values)) * values.shape[1] <= _FEATURE_VALUES or not parts:
            parts.append((values, _raw_inputs(batch.x), [np.asarray(each) for each in leaves(batch.y)]))


def _takes_features(call: Call) -> bool:
    # Token ids may come as floats.
    return (
        bool(call.entered) and call.entered[0].dtype.is_floating and not isinstance(call.layer, keras.layers.Embedding)
    )


def _raw_inputs(x: Any) -> np.ndarray | None:
    parts = [np.asarray(part) for part in leaves(x)]
    if any(part.dtype.kind not in "fiub" for part in parts):
        return None
    return np.concatenate([part.reshape(len(part), -1).astype("float32") for part in parts], axis=1)


def _numeric(tensor: tf.Tensor) -> bool:
    return (tensor.dtype.is_floating or tensor.dtype.is_integer) and len(tensor.shape) > 0


def _nonfinite(tensor: tf.Tensor) -> int:
    if not tensor.dtype.is_floating:
        return 0
    values = tensor.numpy()
    with np.errstate(over="ignore", invalid="ignore"):
        # A sum is finite only where every value is.
        if np.isfinite(values.sum(dtype="float32")):
            return 0
    return int((~np.isfinite(values.astype("float64"))).sum())
