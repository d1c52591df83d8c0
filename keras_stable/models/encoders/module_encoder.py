"""The encoder `module`: the user's own Keras layer or model."""

from collections.abc import Mapping
from typing import Any

import keras

from keras_stable.errors import invalid_argument
from keras_stable.imports import load_object

_POOLING = {
    3: keras.layers.GlobalAveragePooling1D,
    4: keras.layers.GlobalAveragePooling2D,
    5: keras.layers.GlobalAveragePooling3D,
}


def module(inputs: Any, *, module: str | keras.layers.Layer, module_arguments: Mapping[str, Any] | None = None) -> Any:
    """A layer or model of the user's; what it returns is averaged over positions if it has any.

    Args:
        inputs: KerasTensor [batch, ...].
        module: "package.module:function" of a Keras layer or model, or of a function or class that makes one;
            or the layer itself.
        module_arguments: the keyword arguments of that function. Default: none.

    Returns:
        KerasTensor [batch, features].

    Raises:
        ValueError: `module` cannot be imported, makes no Keras layer, or its output is not [batch, ..., features].

    >>> module(keras.Input((8,)), module="keras.layers:Dense", module_arguments={"units": 4}).shape
    (None, 4)
    """
    made = load_object(module, "module") if isinstance(module, str) else module
    if not isinstance(made, keras.layers.Layer):
        made = _call(made, module, module_arguments or {})
    features = made(inputs)
    rank = len(getattr(features, "shape", ()))
    if rank in _POOLING:
        return _POOLING[rank](name="encoder_pool")(features)
    if rank != 2:
        raise invalid_argument("module", "a layer whose output is one tensor [batch, ..., features]", features)
    return features


def _call(function: Any, module: Any, arguments: Mapping[str, Any]) -> keras.layers.Layer:
    if not callable(function):
        raise invalid_argument("module", "a Keras layer or a function that makes one", module)
    try:
        made = function(**arguments)
    except Exception as error:
        problem = f"{module!r}, which raised {type(error).__name__}: {error}"
        raise invalid_argument("module", "callable with module_arguments", problem) from error
    if not isinstance(made, keras.layers.Layer):
        raise invalid_argument("module", "a Keras layer or a function that makes one", made)
    return made
