"""The inputs of a served model: one name, shape and dtype for each tensor, however the model nests them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.errors import InvalidArgumentError, invalid_argument
from keras_stable.imports import first_line
from keras_stable.keras_private import recorded_input_shapes

_AUTOMATIC = re.compile(r"(keras_tensor|input_layer|input)(_?\d+)?")
_ALONE = "inputs"


@dataclass(frozen=True)
class ServedInputs:
    """What a server must be given.

    Attributes:
        specs: `tf.TensorSpec` of each input by its served name; the first axis is the batch, and varies.
        structure: the inputs as the model takes them, with served names in the place of tensors.
        spread: bool; whether `structure` is a tuple of several arguments of `call`.
    """

    specs: dict[str, tf.TensorSpec]
    structure: Any
    spread: bool = False

    def call(self, model: Callable[..., Any], tensors: Mapping[str, Any]) -> Any:
        """Calls a model at inference with tensors by served name."""
        packed = _map(self.structure, lambda name: tensors[name])
        return model(*packed, training=False) if self.spread else model(packed, training=False)

    def named(self, x: Any) -> dict[str, np.ndarray]:
        """Returns samples by served name, in the dtypes of the specs; text becomes bytes.

        Args:
            x: arrays [n, ...] nested as the model takes them, or by served name.

        Raises:
            InvalidArgumentError: the samples do not fit the inputs of the model.
        """
        arrays: dict[str, np.ndarray] = {}
        try:
            if isinstance(x, Mapping) and set(x) == set(self.specs):
                arrays = {name: _array(x[name], spec, name) for name, spec in self.specs.items()}
            else:
                _collect(self.structure, x, self.specs, arrays)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            if isinstance(error, InvalidArgumentError):
                raise
            must_be = f"arrays nested as the model takes them, {self.structure}"
            raise InvalidArgumentError(f"`samples` must be {must_be}. Received: {first_line(error)}") from error
        if len({len(array) for array in arrays.values()}) > 1:
            lengths = ", ".join(f"{len(array)} of {name}" for name, array in arrays.items())
            raise InvalidArgumentError(f"`samples` must be as many of each input. Received: {lengths}")
        return arrays


def find_inputs(model: keras.Model, samples: Any = None, signature: Any = None) -> ServedInputs:
    """Finds what a model takes.

    A functional or Sequential model says it, names and dimensions that vary included. Of any other model it is what
    `signature` says, else what `samples` look like, else the shapes of its first call, as float32.

    A served name is the key in a dictionary of inputs, else the name of the `keras.Input`. A single input without a
    name is called `inputs`; others without one `input_0`, `input_1`, and so on. What a TensorFlow name cannot hold
    becomes `_`.

    Args:
        model: the `keras.Model`, built.
        samples: arrays [n, ...] nested as the model takes them. Default: none.
        signature: `keras.InputSpec`s or `tf.TensorSpec`s nested as the model takes them. Default: none.

    Raises:
        InvalidArgumentError: nothing says what the model takes, or an input is sparse.

    >>> model = keras.Sequential([keras.Input((None, 3), name="series"), keras.layers.GRU(2)])
    >>> find_inputs(model).specs
    {'series': TensorSpec(shape=(None, None, 3), dtype=tf.float32, name='series')}
    """
    if signature is not None:
        return _named_inputs(signature)
    if getattr(model, "inputs", None):
        return _named_inputs(model.inputs[0] if isinstance(model, keras.Sequential) else model.input)
    if samples is not None:
        return _named_inputs(samples)
    shapes = recorded_input_shapes(model)
    if shapes is None:
        raise invalid_argument("samples", "given for a model that is not functional and was never called", None)
    return _recorded(shapes)


def _recorded(shapes: Mapping[str, Any]) -> ServedInputs:
    specs = {name.removesuffix("_shape"): _specs_of_shapes(shape) for name, shape in shapes.items()}
    if len(specs) == 1:
        return _named_inputs(next(iter(specs.values())))
    named = _named_inputs(specs)
    return ServedInputs(named.specs, tuple(named.structure.values()), spread=True)


def _specs_of_shapes(shapes: Any) -> Any:
    if isinstance(shapes, Mapping):
        return {key: _specs_of_shapes(shape) for key, shape in shapes.items()}
    if all(isinstance(size, int | None) for size in shapes):
        return tf.TensorSpec((None, *shapes[1:]), tf.float32)
    return type(shapes)(_specs_of_shapes(shape) for shape in shapes)


def _named_inputs(tensors: Any) -> ServedInputs:
    specs: dict[str, tf.TensorSpec] = {}

    def name(path: tuple[str | int, ...], tensor: Any) -> str:
        made = _served_name(path, tensor)
        while made in specs:
            made += "_"
        specs[made] = _spec(tensor, made)
        return made

    return ServedInputs(specs, _walk(tensors, (), name))


def _walk(structure: Any, path: tuple[str | int, ...], visit: Callable[[tuple[str | int, ...], Any], str]) -> Any:
    if isinstance(structure, Mapping):
        return {key: _walk(value, (*path, str(key)), visit) for key, value in structure.items()}
    if isinstance(structure, list | tuple):
        walked = [_walk(value, (*path, index), visit) for index, value in enumerate(structure)]
        return tuple(walked) if isinstance(structure, tuple) else walked
    return visit(path, structure)


def _map(structure: Any, function: Callable[[str], Any]) -> Any:
    return _walk(structure, (), lambda _, name: function(name))


def _served_name(path: tuple[str | int, ...], tensor: Any) -> str:
    own = getattr(tensor, "name", None) or ""
    if path and isinstance(path[-1], str):
        own = "_".join(str(part) for part in path)
    elif not own or _AUTOMATIC.fullmatch(own):
        own = f"input_{'_'.join(map(str, path))}" if path else _ALONE
    own = re.sub(r"[^A-Za-z0-9_]", "_", own)
    # TensorFlow takes no name that begins with an underscore, and Python no keyword with a digit in front.
    return own if own[:1].isalpha() else f"input_{own.lstrip('_')}"


def _spec(tensor: Any, name: str) -> tf.TensorSpec:
    if getattr(tensor, "sparse", False) or isinstance(tensor, tf.SparseTensor | tf.RaggedTensor):
        raise invalid_argument("model", "one of dense inputs", f"a sparse or ragged input {name}")
    if isinstance(tensor, keras.InputSpec | keras.KerasTensor | tf.TensorSpec):
        return tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype or tf.float32, name)
    array = np.asarray(tensor)
    dtype = tf.string if array.dtype.kind in "OSU" else tf.as_dtype(array.dtype)
    return tf.TensorSpec((None, *array.shape[1:]), tf.float32 if dtype == tf.float64 else dtype, name)


def _collect(structure: Any, x: Any, specs: Mapping[str, tf.TensorSpec], arrays: dict[str, np.ndarray]) -> None:
    if isinstance(structure, Mapping):
        for key, part in structure.items():
            _collect(part, x[key], specs, arrays)
    elif isinstance(structure, list | tuple):
        if len(structure) == 1 and not isinstance(x, list | tuple | Mapping):
            # Keras takes the array of a list of one as it is; an older one says that a loaded model has such a list.
            x = [x]
        if isinstance(x, Mapping) or len(x) != len(structure):
            raise TypeError(f"{type(x).__name__} of {len(x)} for {len(structure)} inputs")
        for part, value in zip(structure, x, strict=True):
            _collect(part, value, specs, arrays)
    else:
        arrays[structure] = _array(x, specs[structure], structure)


def _array(values: Any, spec: tf.TensorSpec, name: str) -> np.ndarray:
    array = np.asarray(values)
    if spec.dtype == tf.string:
        array = np.char.encode(array.astype(str), "utf-8") if array.dtype.kind != "S" else array
    else:
        array = array.astype(spec.dtype.as_numpy_dtype)
    # As `fit` does: [n] fits an input of [n, 1].
    if array.ndim == 1 and spec.shape.rank == 2 and spec.shape[1] in (1, None):
        array = array[:, None]
    if not spec.shape.is_compatible_with(array.shape):
        must_be = f"of shape {[None if size is None else size for size in spec.shape]} for the input {name}"
        raise InvalidArgumentError(f"`samples` must be {must_be}. Received: shape {list(array.shape)}")
    return array
