"""The code that an edit changes, as far as the objects of a program tell it."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.edit import Edit, named_callback
from keras_stable.diagnosis.evidence.program.fit_arguments import FitArguments
from keras_stable.keras_private import compile_arguments, learning_rate_source
from keras_stable.repairs.layer_edits import layers_by_path
from keras_stable.repairs.program import Program

_LONGEST = 100


def code_before(program: Program, edit: Edit) -> str:
    """Returns what stands where an edit comes; "" for nothing, or where only the source tells.

    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> code_before(Program(model, None, None), Edit("set_argument", "optimizer", "learning_rate", "0.1"))
    'learning_rate=0.01'
    """
    if edit.kind in ("insert_layer", "append", "call"):
        return ""
    if edit.kind == "transform_data":
        return edit.argument
    owner = _owner(program, edit)
    if edit.kind == "set_attribute":
        return f".{edit.argument} = {_shown(getattr(owner, edit.argument, None))}"
    if edit.kind == "set_argument":
        value = _argument(owner, edit.argument)
        # What a call was not given does not stand there.
        return "" if value is None and isinstance(owner, Mapping) else f"{edit.argument}={_shown(value)}"
    return _shown(owner)


def code_after(edit: Edit) -> str:
    """Returns what an edit puts there; "" where it only takes away.

    >>> code_after(Edit("insert_layer", "model", value="keras.layers.Normalization()"))
    'keras.layers.Normalization()'
    """
    if edit.kind in ("insert_layer", "replace", "remove"):
        return edit.value
    return str(edit).removeprefix(f"{edit.target}: ")


def _owner(program: Program, edit: Edit) -> Any:
    kind, _, name = edit.target.partition(":")
    model = program.model
    if kind == "fit":
        return program.fit
    if kind == "compile":
        return compile_arguments(model)
    if kind == "optimizer":
        return getattr(model.optimizer, "inner_optimizer", model.optimizer)
    if kind == "schedule":
        return learning_rate_source(getattr(model.optimizer, "inner_optimizer", model.optimizer))
    if kind == "loss":
        return model.loss.get(name, model.loss) if isinstance(model.loss, dict) else model.loss
    if kind == "metric":
        return name
    if kind == "callback":
        callbacks = FitArguments.checked(callbacks=program.fit.get("callbacks")).callbacks
        return named_callback(callbacks, name)
    if kind == "layer" and name != "*":
        return layers_by_path(model).get(name)
    return model


def _argument(owner: Any, argument: str) -> Any:
    if isinstance(owner, Mapping):
        return owner.get(argument)
    try:
        return owner.get_config().get(argument)
    except (AttributeError, NotImplementedError, TypeError, ValueError):
        return getattr(owner, argument, None)


def _shown(value: Any) -> str:
    if isinstance(value, dict) and "class_name" in value:
        return f"{value['class_name']}(...)"
    if isinstance(value, np.ndarray):
        return "..."
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, str | int | bool | dict | list | tuple | type(None)):
        text = repr(value).replace("'", '"')
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    if isinstance(value, keras.layers.Layer):
        return f"{type(value).__name__} {value.name}"
    return getattr(value, "__name__", type(value).__name__)
