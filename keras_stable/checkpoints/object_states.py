"""The state of any object, such as a callback of a user: those of its attributes that are plain values."""

import io
import os
import zlib
from collections.abc import Collection, Mapping
from typing import Any

import keras
import numpy as np

from keras_stable.checkpoints.plain_values import Decoder, Encoder, NotPlainError
from keras_stable.errors import CheckpointError

# Who is watched, not what was seen; and places in the file system, which no file may redirect.
_NOT_STATE = {"model", "params", "validation_data"}
_PLACES = ("path", "file", "dir")
_SMALL = 2**20
_SAMPLE = 4096
_KERAS = (keras.layers.Layer, keras.optimizers.Optimizer, keras.losses.Loss)


class ObjectState:
    """The state of one object, read and set by its attributes.

    A large array that is as it was when training began is data, and not kept.

    Args:
        owner: the object, as it is when training begins.
        names: the attributes that count. Default: all.
    """

    def __init__(self, owner: Any, names: Collection[str] | None = None) -> None:
        self._owner, self._names = owner, names
        self._before = {name: _fingerprint(value) for name, value in vars(owner).items() if _is_large(value)}

    def capture(self, encoder: Encoder) -> dict[str, Any]:
        """Returns the attributes as JSON; those that are not plain are left out."""
        kept = {}
        for name, value in vars(self._owner).items():
            if self._counts(name) and not self._is_data(name, value):
                content = _captured(value, encoder)
                if content is not None:
                    kept[name] = content
        return kept

    def restore(self, content: Any, decoder: Decoder) -> None:
        """Sets the attributes that `capture` has kept; never one that the object does not have.

        Raises:
            CheckpointError: the content is none of `capture`.
        """
        if not isinstance(content, dict):
            raise CheckpointError("A checkpoint holds the state of an object in a form that cannot be read")
        for name, kept in content.items():
            if self._counts(name) and name in vars(self._owner):
                _restore_attribute(self._owner, name, kept, decoder)

    def _counts(self, name: str) -> bool:
        return _is_state(name) and (self._names is None or name in self._names)

    def _is_data(self, name: str, value: Any) -> bool:
        return _is_large(value) and self._before.get(name) == _fingerprint(value)


def _is_state(name: str) -> bool:
    return name not in _NOT_STATE and not any(place in name.lower() for place in _PLACES)


def _captured(value: Any, encoder: Encoder) -> Any:
    """Returns [kind, JSON] of one attribute, or None: a value, the variables of a metric, or a plain object."""
    try:
        if isinstance(value, keras.metrics.Metric):
            return ["variables", [encoder.encode(np.asarray(variable.value)) for variable in value.variables]]
        if _is_plain_object(value):
            return ["object", _captured_object(value, encoder)]
        return ["value", encoder.encode(value)]
    except NotPlainError:
        return None


def _captured_object(owner: Any, encoder: Encoder) -> dict[str, Any]:
    """An object of which a part cannot be kept is not kept at all: its parts belong together."""
    return {
        name: ["value", encoder.encode(value)]
        for name, value in vars(owner).items()
        if not isinstance(value, (*_KERAS, keras.callbacks.Callback)) and _is_state(name)
    }


def _is_plain_object(value: Any) -> bool:
    module = type(value).__module__.partition(".")[0]
    foreign = module in ("builtins", "keras", "tensorflow", "numpy", "collections", "threading", "logging", "io")
    refused = (type, io.IOBase, os.PathLike, *_KERAS, keras.callbacks.Callback)
    return not foreign and hasattr(value, "__dict__") and not callable(value) and not isinstance(value, refused)


def _restore_attribute(owner: Any, name: str, kept: Any, decoder: Decoder) -> None:
    present = vars(owner)[name]
    if not isinstance(kept, list) or len(kept) != 2:
        raise CheckpointError("A checkpoint holds an attribute in a form that cannot be read")
    kind, content = kept
    if kind == "value" and not _is_plain_object(present) and not isinstance(present, keras.metrics.Metric):
        vars(owner)[name] = decoder.decode(content)
    elif kind == "object" and _is_plain_object(present) and isinstance(content, Mapping):
        for inner, inner_kept in content.items():
            if _is_state(inner) and inner in vars(present):
                _restore_attribute(present, inner, inner_kept, decoder)
    elif kind == "variables" and isinstance(present, keras.metrics.Metric) and isinstance(content, list):
        values = [decoder.decode(item) for item in content]
        if [np.shape(value) for value in values] != [tuple(variable.shape) for variable in present.variables]:
            raise CheckpointError(f"A checkpoint holds another metric than `{name}`")
        for variable, value in zip(present.variables, values, strict=True):
            variable.assign(value)


def _is_large(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.nbytes > _SMALL and not value.dtype.hasobject


def _fingerprint(value: np.ndarray) -> tuple[Any, ...]:
    """Returns what tells whether a large array was changed, for next to no time: some of its values."""
    step = max(1, value.size // _SAMPLE)
    sample = np.ascontiguousarray(value.reshape(-1)[::step]) if value.flags.c_contiguous else value.flat[::step]
    return value.shape, value.dtype.str, zlib.crc32(np.ascontiguousarray(sample).tobytes())
