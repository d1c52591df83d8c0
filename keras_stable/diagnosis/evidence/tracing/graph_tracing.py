"""Passes of a recurrent model in a graph: an eager loop over time is many times slower."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
import tensorflow as tf

from keras_stable.diagnosis.evidence.model.loss_value import as_tensors
from keras_stable.diagnosis.evidence.tracing.passes import Trace, trace
from keras_stable.keras_private import flatten_layers


def recurrent(model: keras.Model) -> bool:
    """Returns whether a model loops over time, and may do so in a graph."""
    return not model.run_eagerly and any(isinstance(layer, keras.layers.RNN) for layer in flatten_layers(model))


def tracer(model: keras.Model) -> Callable[[Any], Trace]:
    """Returns a function of inputs to the `Trace` of a pass in inference mode, for several passes of one model."""
    if not recurrent(model):
        return lambda x: trace(model, x)
    symbolic: list[Trace] = []

    @tf.function(autograph=False, reduce_retracing=True)
    def run(x: Any) -> tuple:
        symbolic.append(trace(model, x))
        traced = symbolic[-1]
        values = [(call.entered, call.given, call.mask) for call in traced.calls]
        return values, traced.inputs, traced.outputs, traced.answer

    graphs: dict[Any, Trace] = {}

    def numbers(x: Any) -> Trace:
        tensors = as_tensors(x)
        if not model.built:
            model(tensors, training=False)
        count = len(symbolic)
        values, inputs, outputs, answer = run(tensors)
        shapes = tuple(tuple(tensor.shape) for tensor in keras.tree.flatten(tensors))
        if len(symbolic) > count:
            graphs[shapes] = symbolic[-1]
        graph = graphs.get(shapes, symbolic[-1])
        calls = [
            replace(call, entered=tuple(entered), given=tuple(returned), mask=tuple(mask))
            for call, (entered, returned, mask) in zip(graph.calls, values, strict=True)
        ]
        return replace(graph, calls=tuple(calls), inputs=inputs, outputs=outputs, answer=answer)

    return numbers
