"""The layers that mix the steps of a sequence, and whether a mask hides its padding from them."""

import inspect
import math
from collections.abc import Iterator, Sequence

import keras

from keras_stable.diagnosis.evidence.model.layer_kinds import family
from keras_stable.diagnosis.evidence.tracing.recording import Recording, Seen
from keras_stable.diagnosis.facts import TimeLayer


def time_layers(recording: Recording) -> tuple[TimeLayer, ...]:
    """Returns the layers that mix steps, of every sequence that enters the model or is looked up in it.

    A sequence is an input, or ids that enter an embedding. It is followed as long as there are steps, through layers
    that treat each step by itself and those that mix steps and give steps again, and through a change of shape.
    """
    return tuple(layer for source in _sources(recording) for layer in _of_source(recording, source))


def _sources(recording: Recording) -> list[str]:
    return [*recording.inputs, *(path for path, ids in recording.looked_up.items() if ids.ndim == 2)]


def _of_source(recording: Recording, source: str) -> Iterator[TimeLayer]:
    reached = {source}
    for layer in recording.seen:
        if layer.path == source or layer.path in recording.looked_up or not reached.intersection(_sequences(layer)):
            continue
        if _is_sequence(layer.entered):
            mixing = _mixing(layer)
            if mixing:
                yield _time_layer(recording, layer, source, mixing)
        if _is_sequence(layer.given) and (_is_sequence(layer.entered) or _reshapes(layer)):
            reached.add(layer.path)


def _sequences(layer: Seen) -> tuple[str, ...]:
    """Returns what feeds a layer with steps; beside its sequence a recurrent layer may take states to begin with."""
    recurrent = isinstance(layer.layer, keras.layers.RNN | keras.layers.Bidirectional)
    return layer.inputs[:1] if recurrent else layer.inputs


def _is_sequence(shapes: Sequence[tuple[int, ...]]) -> bool:
    return bool(shapes) and len(shapes[0]) == 3


def _reshapes(layer: Seen) -> bool:
    return layer.role == "shape" and layer.kind != "RepeatVector"


def _mixing(layer: Seen) -> str:
    """Returns how a layer mixes steps, as in `TimeLayer.mixing`, or ""."""
    kind = layer.layer
    if isinstance(kind, keras.layers.Bidirectional):
        return "bidirectional"
    if isinstance(kind, keras.layers.RNN):
        return "backwards" if kind.go_backwards else "recurrent"
    if kind is not None and family(kind) == "attention":
        return "attention"
    if kind is not None and family(kind) == "convolutional":
        return "convolution"
    return layer.pooled


def _time_layer(recording: Recording, layer: Seen, source: str, mixing: str) -> TimeLayer:
    inner = layer.layer.forward_layer if isinstance(layer.layer, keras.layers.Bidirectional) else layer.layer
    kernel = getattr(inner, "kernel_size", ()) if mixing == "convolution" else ()
    hidden = layer.hidden if _takes_mask(layer) else math.nan
    return TimeLayer(
        path=layer.path,
        kind=layer.kind,
        source=source,
        mixing=mixing,
        steps=layer.entered[0][1],
        features=layer.entered[0][2],
        last=bool(layer.given) and len(layer.given[0]) == 2,
        stateful=bool(getattr(inner, "stateful", False)),
        begun=isinstance(inner, keras.layers.RNN) and len(layer.entered) > 1,
        hidden=hidden,
        lost=_lost(recording, layer, source) if math.isnan(hidden) else "",
        kernel=math.prod(kernel) if kernel else 0,
    )


def _takes_mask(layer: Seen) -> bool:
    """Returns whether a layer does anything with a mask that its input has; Keras's own that mix steps do."""
    if layer.layer is None:
        return False
    return "mask" in " ".join(inspect.signature(layer.layer.call).parameters)


def _lost(recording: Recording, layer: Seen, source: str) -> str:
    """Returns the layer, before one without a mask, that took a mask and handed none on; "" without one."""
    by_path = {other.path: other for other in recording.seen}
    waiting, seen = list(layer.inputs), {source}
    while waiting:
        path = waiting.pop(0)
        before = by_path.get(path)
        if before is None or path in seen:
            continue
        seen.add(path)
        if before.hands_on or not math.isnan(before.hidden):
            return path
        waiting += before.inputs
    return ""
