"""Which layer every tensor of an eager pass comes from, through whatever operations lie between two layers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import tensorflow as tf

from keras_stable.diagnosis.evidence.model.activation_names import CONTRACTIONS, PRODUCT, operations_name, pools
from keras_stable.diagnosis.evidence.model.names import unique
from keras_stable.keras_private import watching_operations

_MERGES = {
    "AddV2": "Add",
    "AddN": "Add",
    "Sub": "Subtract",
    "Mul": "Multiply",
    "RealDiv": "Divide",
    "ConcatV2": "Concatenate",
    "Pack": "Stack",
    "Maximum": "Maximum",
    "Minimum": "Minimum",
}
# They give numbers about a tensor, not the tensor.
_ABOUT = ("Shape", "ShapeN", "Rank", "Size", "ZerosLike", "OnesLike")


@dataclass(frozen=True, eq=False)
class Operation:
    """What was computed between two layers, as if it were a layer.

    Attributes:
        path: str, such as "dense/relu" or "add".
        kind: str, such as "Relu" or "Add".
        role: str, as in `facts.Layer.role`.
        activation: str, as in `facts.Layer.activation`.
        inputs: tuple of str, paths of what it was computed from.
        entered, given: tuples of tensors.
    """

    path: str
    kind: str
    role: str
    activation: str
    inputs: tuple[str, ...]
    entered: tuple[tf.Tensor, ...]
    given: tuple[tf.Tensor, ...]


@dataclass(frozen=True)
class _Origin:
    """A place, a tensor that it gave, and the operations since then."""

    path: str
    tensor: Any
    operations: tuple[str, ...] = ()


@dataclass
class Provenance:
    """Follows tensors from operation to operation.

    Args:
        taken: the paths that are taken already.
        add: called with each `Operation` that counts as a layer, before what takes its output.
    """

    taken: set[str]
    add: Callable[[Operation], None]
    _origins: dict[int, _Origin] = field(default_factory=dict)
    # An id is that of one tensor only as long as the tensor lives.
    _alive: list[Any] = field(default_factory=list)

    def set(self, tensor: Any, path: str) -> None:
        """Makes a path the origin of a tensor."""
        self._remember(tensor, _Origin(path, tensor))

    def paths(self, tensors: Sequence[Any]) -> tuple[str, ...]:
        """Returns the paths that tensors come from, each once; nothing for tensors of unknown origin."""
        origins = [self._settled(tensor) for tensor in tensors if id(tensor) in self._origins]
        return tuple(dict.fromkeys(origin.path for origin in origins))

    def operation(self, kind: Any, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        """Notes that an operation was run between layers."""
        kind = kind.decode() if isinstance(kind, bytes) else kind
        followed = [tensor for tensor in inputs if id(tensor) in self._origins]
        results = [tensor for tensor in outputs if tensor.dtype != tf.bool]
        if not followed or not results or kind in _ABOUT:
            return
        origins = [self._origins[id(tensor)] for tensor in followed]
        if len({origin.path for origin in origins}) == 1:
            before = tuple(dict.fromkeys(operation for origin in origins for operation in origin.operations))
            name = PRODUCT if kind in ("Mul", "RealDiv") and len(followed) > 1 else kind
            for tensor in results:
                self._remember(tensor, _Origin(origins[0].path, origins[0].tensor, (*before, name)))
            return
        inputs_of_it = self.paths(followed)
        merge = _MERGES.get(kind, kind)
        path = unique(merge.lower(), self.taken)
        role = "other" if kind in CONTRACTIONS else "merge"
        self.add(Operation(path, merge, role, "", inputs_of_it, tuple(followed), tuple(results)))
        for tensor in results:
            self.set(tensor, path)

    def _settled(self, tensor: Any) -> _Origin:
        """Makes what was computed since the last layer a place of its own, where it is more than moving numbers."""
        origin = self._origins[id(tensor)]
        name = operations_name(origin.operations)
        contracted = next((operation for operation in origin.operations if operation in CONTRACTIONS), "")
        if not name and not contracted and not pools(origin.operations):
            return origin
        kind = contracted or name.title().replace("_", "") or "Pooling"
        role = "other" if contracted else "activation" if name else "pooling"
        path = unique(f"{origin.path}/{(contracted or name or 'pooling').lower()}", self.taken)
        self.add(Operation(path, kind, role, name, (origin.path,), (origin.tensor,), (tensor,)))
        self.set(tensor, path)
        return self._origins[id(tensor)]

    def forget(self) -> None:
        """Lets go of every tensor."""
        self._origins.clear()
        self._alive.clear()

    def _remember(self, tensor: Any, origin: _Origin) -> None:
        self._origins[id(tensor)] = origin
        self._alive.append(tensor)


@contextmanager
def each_operation(see: Callable[[Any, Sequence[Any], Sequence[Any]], None]) -> Iterator[None]:
    """Calls `see(kind, inputs, outputs)` after every operation of this thread, on numbers or in the present graph.

    It is the hook that `tf.debugging.enable_check_numerics` uses; functions of `tf.function` are looked into.
    """
    present = None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()

    def callback(kind: Any, inputs: Any, attrs: Any, outputs: Any, op_name: Any = None, graph: Any = None) -> None:
        if graph is present:
            see(kind, inputs, outputs)

    eager = tf.config.functions_run_eagerly()
    with watching_operations(callback):
        tf.config.run_functions_eagerly(True)
        try:
            yield
        finally:
            tf.config.run_functions_eagerly(eager)
