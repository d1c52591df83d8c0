"""Python values as JSON and arrays, and back. Nothing is pickled, so reading them runs no code of theirs."""

import base64
import collections
import math
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.errors import CheckpointError

_KIND = "kind"
# The comparisons that Keras's callbacks choose when they first see what they monitor.
_OPERATIONS = {"less": keras.ops.less, "greater": keras.ops.greater}
_SEQUENCES: dict[str, Any] = {"tuple": tuple, "set": set, "frozenset": frozenset, "deque": collections.deque}
_DEEPEST = 32


class NotPlainError(TypeError):
    """A value that is none of these: an open file, a function, an object of the user's."""


class Encoder:
    """Turns values into JSON, and puts their arrays aside.

    Args:
        variables: those of the training; a value may refer to one.
        prefix: str, which the names of its arrays begin with. Default: nothing.

    Attributes:
        arrays: dict of str to array or tensor, what the JSON names.
    """

    def __init__(self, variables: list[Any], prefix: str = "") -> None:
        self._prefix = prefix
        self._indices = {id(variable): index for index, variable in enumerate(variables)}
        self.arrays: dict[str, Any] = {}

    def keep(self, array: Any) -> str:
        """Puts an array or tensor aside, and returns its name."""
        name = f"{self._prefix}{len(self.arrays)}"
        self.arrays[name] = array
        return name

    def encode(self, value: Any, depth: int = 0) -> Any:
        """Returns a value as JSON.

        Raises:
            NotPlainError: it cannot be said in JSON and arrays.
        """
        if depth > _DEEPEST:
            raise NotPlainError("it is nested too deeply, or in itself")
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {_KIND: "float", "value": repr(value)}
        if type(value) is list:
            return [self.encode(item, depth + 1) for item in value]
        if type(value) in _SEQUENCES.values():
            items = [self.encode(item, depth + 1) for item in value]
            more = {"maxlen": value.maxlen} if isinstance(value, collections.deque) else {}
            return {_KIND: type(value).__name__, "items": items, **more}
        if type(value) in (dict, collections.OrderedDict, collections.defaultdict, collections.Counter):
            pairs = [[self.encode(key, depth + 1), self.encode(item, depth + 1)] for key, item in value.items()]
            return {_KIND: "dict", "items": pairs}
        if type(value) is bytes:
            return {_KIND: "bytes", "value": base64.b64encode(value).decode()}
        return self._encode_array(value)

    def _encode_array(self, value: Any) -> Any:
        if id(value) in self._indices:
            return {_KIND: "variable", "index": self._indices[id(value)]}
        if isinstance(value, np.ndarray | np.generic) and not value.dtype.hasobject:
            # A copy: what is written later must be what it is now.
            kind = "scalar" if isinstance(value, np.generic) else "array"
            return {_KIND: kind, "name": self.keep(np.array(value))}
        if tf.is_tensor(value) and hasattr(value, "numpy") and value.dtype != tf.string:
            return {_KIND: "tensor", "name": self.keep(tf.identity(value))}
        for name, operation in _OPERATIONS.items():
            if value is operation:
                return {_KIND: "operation", "name": name}
        raise NotPlainError(f"{type(value).__name__} is not plain")


class Decoder:
    """Turns JSON and arrays back into values.

    Args:
        arrays: mapping of str to array.
        variables: those of the training, in the same order as when they were encoded.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], variables: list[Any]) -> None:
        self._arrays, self._variables = arrays, variables

    def decode(self, content: Any) -> Any:
        """Returns the value that some JSON stands for.

        Raises:
            CheckpointError: it stands for none.
        """
        try:
            return self._decode(content)
        except (KeyError, IndexError, TypeError, ValueError, RecursionError) as error:
            raise CheckpointError(f"A checkpoint holds a value that cannot be read ({error})") from error

    def array(self, name: Any) -> np.ndarray:
        """Returns the array of a name.

        Raises:
            CheckpointError: there is none.
        """
        if not isinstance(name, str) or name not in self._arrays:
            raise CheckpointError(f"A checkpoint lacks the array {name!r}")
        return self._arrays[name]

    def _decode(self, content: Any) -> Any:
        if isinstance(content, list):
            return [self._decode(item) for item in content]
        if not isinstance(content, dict):
            return content
        kind = content[_KIND]
        if kind == "float":
            return float(content["value"])
        if kind == "dict":
            return {self._decode(key): self._decode(item) for key, item in content["items"]}
        if kind == "deque":
            return collections.deque([self._decode(item) for item in content["items"]], content["maxlen"])
        if kind in _SEQUENCES:
            return _SEQUENCES[kind](self._decode(item) for item in content["items"])
        if kind == "bytes":
            return base64.b64decode(content["value"], validate=True)
        if kind == "variable":
            return self._variables[content["index"]]
        if kind == "operation":
            return _OPERATIONS[content["name"]]
        return self._decode_array(kind, self.array(content["name"]))

    def _decode_array(self, kind: Any, array: np.ndarray) -> Any:
        if kind == "array":
            return array.copy()
        if kind == "scalar":
            return array[()]
        if kind == "tensor":
            return tf.constant(array)
        raise ValueError(f"kind={kind!r}")
