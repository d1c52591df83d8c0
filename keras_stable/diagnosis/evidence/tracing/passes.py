"""One pass through a model with every leaf layer's inputs and outputs, in data-flow order."""

import functools
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.model import layer_kinds
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward
from keras_stable.diagnosis.evidence.model.names import input_names, layer_paths, output_names, unique
from keras_stable.diagnosis.evidence.tracing.masks import step_mask
from keras_stable.diagnosis.evidence.tracing.provenance import Operation, Provenance, each_operation
from keras_stable.keras_private import carry_over, mask_of


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a leaf layer, or an operation between layers that counts as one.

    Attributes:
        path, kind, role, activation: as in `facts.Layer`.
        inputs: tuple of str, paths of the layers and names of the inputs that feed it.
        entered, given: tuples of tensors.
        layer: the layer; None for an operation.
        mask: tuple of the one mask [rows, steps] that hides steps of what entered, or ().
        hands_on: bool, whether what it gave has a mask.
    """

    path: str
    kind: str
    role: str
    activation: str
    inputs: tuple[str, ...]
    entered: tuple[tf.Tensor, ...]
    given: tuple[tf.Tensor, ...]
    layer: keras.layers.Layer | None = None
    mask: tuple[tf.Tensor, ...] = ()
    hands_on: bool = False


@dataclass(frozen=True, eq=False)
class Trace:
    """One pass.

    Attributes:
        calls: tuple of `Call`, in data-flow order.
        inputs: mapping of input name to tensor; outputs: mapping of output name to tensor.
        output_paths: mapping of output name to the path that it comes from; "" where that is unknown.
        answer: what the model returned.
    """

    calls: tuple[Call, ...]
    inputs: dict[str, tf.Tensor]
    outputs: dict[str, tf.Tensor]
    output_paths: dict[str, str]
    answer: Any


def trace(
    model: keras.Model,
    x: Any,
    training: bool = False,
    see: Callable[[str, str, Sequence[Any], Sequence[Any]], None] | None = None,
) -> Trace:
    """Runs a model once and returns what every leaf layer took and gave.

    Works for functional, Sequential, nested and subclassed models alike. Weights are left alone, but a pass in
    training mode moves what such a pass moves: random seeds and moving averages. Called inside a `tf.function` it
    returns the tensors of its graph.

    Args:
        model: built or not; a copy, as it is called.
        x: inputs as arrays, in the structure that the model takes.
        training: bool, the mode. Default inference.
        see: called with (path of the layer, operation, inputs, outputs) for every operation inside a leaf.
    """
    tensors = as_tensors(x)
    inputs = dict(zip(input_names(model, tensors), leaves(tensors), strict=True))
    tracer = _Tracer(model, inputs, see)
    with tracer.watching():
        answer = forward(model, tensors, training)
        parts = keras.tree.flatten(answer)
        outputs = dict(zip(output_names(model, answer), parts, strict=True))
        paths = {name: (tracer.provenance.paths([tensor]) or ("",))[0] for name, tensor in outputs.items()}
    calls = tuple(_used(tracer.calls, paths.values()))
    tracer.forget()
    return Trace(calls, inputs, outputs, paths, answer)


def _used(calls: Sequence[Call], outputs: Iterable[str]) -> list[Call]:
    """Returns the calls without operations that lead to no layer and no output, such as those of `add_loss`."""
    wanted, kept = set(outputs), []
    for call in reversed(calls):
        if call.layer is not None or call.path in wanted:
            wanted.update(call.inputs)
            kept.append(call)
    return kept[::-1]


class _Tracer:
    """What one pass collects."""

    def __init__(self, model: keras.Model, inputs: dict[str, tf.Tensor], see: Any) -> None:
        self.model, self.see = model, see
        self.names = layer_paths(model)
        self.taken = {*self.names.values(), *inputs}
        self.calls: list[Call] = []
        self.provenance = Provenance(self.taken, self._add_operation)
        for name, tensor in inputs.items():
            self.provenance.set(tensor, name)
        self._inside: str | None = None
        self._graph = None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()
        self._operations: list[str] = []

    def forget(self) -> None:
        """Lets go of every tensor. The tracer and what it follows hold each other, so they may live on for long."""
        self.provenance.forget()
        self.calls = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Sees every call of a layer and every operation of this thread."""
        original, thread = keras.layers.Layer.__call__, threading.get_ident()

        @functools.wraps(original)
        def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() != thread or self._inside is not None or self._elsewhere((args, kwargs)):
                return original(layer, *args, **kwargs)
            if not layer_kinds.is_leaf(layer, self.model):
                return original(layer, *args, **kwargs)
            return self._leaf(functools.partial(original, layer), layer, args, kwargs)

        keras.layers.Layer.__call__ = call
        try:
            with each_operation(self._operation):
                yield
        finally:
            keras.layers.Layer.__call__ = original

    def _elsewhere(self, structure: Any) -> bool:
        """Returns whether a layer is called only to build it or to infer shapes."""
        graph = None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()
        return graph is not self._graph or any(
            isinstance(leaf, keras.KerasTensor) for leaf in keras.tree.flatten(structure)
        )

    def _leaf(self, run: Callable[..., Any], layer: keras.layers.Layer, args: Any, kwargs: Any) -> Any:
        entered = _tensors((args, {name: value for name, value in kwargs.items() if "mask" not in name}))
        inputs = self.provenance.paths(entered)
        if id(layer) not in self.names:
            self.names[id(layer)] = unique(layer.name, self.taken)
        path = self.names[id(layer)]
        mask = step_mask(entered, kwargs)
        self._inside, self._operations = path, []
        try:
            answer = run(*args, **kwargs)
        finally:
            self._inside = None
        before = {id(tensor) for tensor in entered}
        answer = keras.tree.map_structure(lambda leaf: _fresh(leaf) if id(leaf) in before else leaf, answer)
        returned = tuple(_tensors(answer))
        kind, operations = type(layer).__name__, self._operations
        role = layer_kinds.role(layer, operations, len(entered))
        activation = layer_kinds.activation(layer, operations)
        hands_on = any(mask_of(tensor) is not None for tensor in returned)
        self.calls.append(Call(path, kind, role, activation, inputs, tuple(entered), returned, layer, mask, hands_on))
        for tensor in returned:
            self.provenance.set(tensor, path)
        return answer

    def _operation(self, kind: Any, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        name = kind.decode() if isinstance(kind, bytes) else str(kind)
        if self._inside is None:
            self.provenance.operation(name, inputs, outputs)
            return
        self._operations.append(name)
        if self.see is not None:
            self.see(self._inside, name, inputs, outputs)

    def _add_operation(self, operation: Operation) -> None:
        self.calls.append(Call(**vars(operation)))


def _tensors(structure: Any) -> list[tf.Tensor]:
    return [leaf for leaf in keras.tree.flatten(structure) if tf.is_tensor(leaf) and leaf.dtype != tf.bool]


def _fresh(tensor: Any) -> Any:
    """Returns the tensor as a new object, so that a layer which does nothing is still a place of its own."""
    fresh = tf.identity(tensor)
    carry_over(tensor, fresh)
    return fresh
