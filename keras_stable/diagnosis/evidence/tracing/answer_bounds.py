"""Bounds that the answers of a model cannot leave, whatever its weights are: read off the layers of one pass."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.model.layer_kinds import family
from keras_stable.diagnosis.evidence.tracing.passes import Call, Trace
from keras_stable.diagnosis.vocabulary import RANGES

_KEEPING_KINDS = ("Average", "Max", "Flatten", "Reshape", "Permute", "Concatenate", "Identity", "Activation", "Stack")
_LEAST_ROWS, _LEAST_WIDTH, _EXACT = 6, 2, 1e-4


@dataclass(frozen=True)
class Bounds:
    """What an output cannot leave.

    Attributes:
        low, high: float; by: str, the path of the layer that bounds it, or what does in words.
        plain: bool, whether the output is what the last layer or activation gives, and is not scaled after it.
    """

    low: float = -math.inf
    high: float = math.inf
    by: str = ""
    plain: bool = True

    @property
    def known(self) -> bool:
        """Returns whether there is a bound on either side."""
        return math.isfinite(self.low) or math.isfinite(self.high)


def output_bounds(trace: Trace) -> dict[str, Bounds]:
    """Returns the bounds of each output, by its name.

    They are followed from an activation, a unit norm or a cosine through layers that scale, move, join and average
    values. A cosine is also told by its numbers: an answer that is one, or a multiple of one, of two vectors.

    Args:
        trace: of a pass over several rows.
    """
    calls: dict[str, Call] = {}
    for call in trace.calls:
        calls.setdefault(call.path, call)
    found = {}
    for name, path in trace.output_paths.items():
        bounds = _bounds(calls, path, 0)
        if path in calls:
            bounds = _scaled(bounds, calls[path].given[0], trace.outputs[name])
        if not bounds.known:
            cosine = _cosine(_without_weights(calls, path), np.asarray(trace.outputs[name]))
            bounds = replace(cosine, plain=bounds.plain)
        found[name] = bounds
    return found


def _scaled(bounds: Bounds, base: Any, values: Any) -> Bounds:
    """Returns the bounds of values that are a * base + b, told by their numbers; none where they are not."""
    one, other = (np.asarray(tf.cast(tensor, tf.float32), "float64").reshape(-1) for tensor in (base, values))
    if one.size != other.size or not (np.isfinite(one).all() and np.isfinite(other).all()):
        return replace(bounds, plain=one.size == other.size)
    if np.allclose(one, other, rtol=1e-5, atol=1e-6):
        return bounds
    factor, offset, exact = _line(one, other)
    if not exact:
        return Bounds(plain=False)
    ends = sorted(round(factor * end + offset, 4) + 0.0 for end in (bounds.low, bounds.high))
    return Bounds(ends[0], ends[1], bounds.by, plain=False)


def _line(one: np.ndarray, other: np.ndarray) -> tuple[float, float, bool]:
    """Returns a and b of other = a * one + b by least squares, and whether that is exactly so."""
    table = np.stack([one, np.ones_like(one)], 1)
    (factor, offset), *_ = np.linalg.lstsq(table, other, rcond=None)
    missed = np.abs(table @ (factor, offset) - other).max()
    exact = one.std() > _EXACT and abs(factor) > _EXACT and missed < _EXACT * abs(factor) * one.std()
    return float(factor), float(offset), bool(exact)


def _bounds(calls: Mapping[str, Call], path: str, depth: int) -> Bounds:
    call = calls.get(path)
    if call is None or depth > len(calls):
        return Bounds()
    if call.activation in RANGES:
        return _activated(call)
    if call.kind == "UnitNormalization":
        return Bounds(-1.0, 1.0, path)
    if call.kind == "Dot" and getattr(call.layer, "normalize", False):
        return Bounds(-1.0, 1.0, f"the cosine in {path}")
    if call.kind in ("Dense", "BatchNormalization", "LayerNormalization") or call.role in ("learnt", "normalization"):
        return Bounds()
    before = [_bounds(calls, source, depth + 1) for source in call.inputs]
    if not before or not any(bounds.known for bounds in before):
        return Bounds()
    return _through(call, before)


def _activated(call: Call) -> Bounds:
    """Returns the bounds of an activation; one in a function of one's own may be scaled within it."""
    bounds = Bounds(*RANGES[call.activation], call.path)
    own = call.layer is None or not family(call.layer) or isinstance(call.layer, keras.layers.Lambda)
    if not own or len(call.entered) != 1 or (call.layer is not None and call.layer.weights):
        return bounds
    return _scaled(bounds, keras.activations.get(call.activation)(call.entered[0]), call.given[0])


def _through(call: Call, before: Sequence[Bounds]) -> Bounds:
    """Returns the bounds of what a layer without weights gives, by those of what enters it."""
    lows, highs, by = [b.low for b in before], [b.high for b in before], next(b.by for b in before if b.known)
    layer: Any = call.layer
    if call.kind == "Rescaling" and np.ndim(layer.scale) == np.ndim(layer.offset) == 0:
        ends = sorted(float(layer.scale) * end + float(layer.offset) for end in (lows[0], highs[0]))
        return Bounds(ends[0], ends[1], by)
    if call.kind == "Add":
        return Bounds(sum(lows), sum(highs), by) if len(before) == len(call.entered) else Bounds()
    if call.kind in ("Maximum", "Minimum"):
        pick = max if call.kind == "Maximum" else min
        return Bounds(pick(lows), pick(highs), by)
    keeps = call.role == "dropout" or call.kind.startswith(_KEEPING_KINDS) or call.kind.startswith("Global")
    shape_only = call.role == "shape" and call.layer is not None
    if keeps or shape_only or (call.role == "activation" and call.activation == "linear"):
        return Bounds(min(lows), max(highs), by)
    return Bounds()


def _without_weights(calls: Mapping[str, Call], path: str) -> list[Call]:
    """Returns what lies between the last layers with weights and an output: no training changes what it computes."""
    behind: list[Call] = []
    waiting = [path]
    while waiting:
        call = calls.get(waiting.pop())
        if call is None or call in behind or (call.layer is not None and call.layer.weights):
            continue
        behind.append(call)
        waiting += call.inputs
    return behind


def _cosine(calls: Sequence[Call], answer: np.ndarray) -> Bounds:
    """Returns the bounds of an answer that is a * cosine + b of two vectors [rows, width] which meet in a layer."""
    values = answer.astype("float64").reshape(len(answer), -1) if answer.ndim else answer
    if len(answer) < _LEAST_ROWS or values.shape[1] != 1 or not np.isfinite(values).all():
        return Bounds()
    for call in calls:
        vectors = [tensor for tensor in call.entered if len(tensor.shape) == 2]
        if len(vectors) != 2 or vectors[0].shape != vectors[1].shape or not vectors[0].shape[1] >= _LEAST_WIDTH:
            continue
        one, other = (np.asarray(vector, "float64") for vector in vectors)
        sizes = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
        if not (sizes > 0).all():
            continue
        cosine = (one * other).sum(1) / sizes
        factor, offset, exact = _line(cosine, values[:, 0])
        if np.abs(cosine - values[:, 0]).max() < _EXACT:
            # After a training all may be next to 1, which tells no line.
            factor, offset, exact = 1.0, 0.0, True
        if exact:
            ends = round(offset - abs(factor), 4), round(offset + abs(factor), 4)
            return Bounds(*ends, f"the cosine of two vectors in {call.path}")
    return Bounds()
