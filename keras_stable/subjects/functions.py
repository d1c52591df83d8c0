"""What the user's own functions return: a model with its data, or data alone."""

import difflib
import inspect
from collections.abc import Sequence
from typing import Any

import keras

from keras_stable.diagnosis.evidence.data.stream_kinds import stream_kind
from keras_stable.errors import InvalidArgumentError
from keras_stable.imports import call_object, load_object

# An audit takes every argument of `fit`.
_ACCEPTED = {*inspect.signature(keras.Model.fit).parameters, "history"} - {"self"}
_MODEL = "a function that returns (model, x, y, fit arguments), or fewer of them"
_DATA = "a function that returns (x, y), a dataset, or (x, y, fit arguments)"


def call_for_model(target: str) -> tuple[keras.Model, dict[str, Any]]:
    """Calls a function that returns (model, x, y, fit arguments), or fewer of them.

    Args:
        target: str, `package.module:function`, which needs no arguments.

    Returns:
        The model, and arguments for `keras_stable.audit`.

    Raises:
        InvalidArgumentError: it cannot be called, raises an exception, or returns something else.
    """
    returned = _call(target, "model")
    parts = list(returned) if isinstance(returned, tuple | list) else [returned]
    if not parts or len(parts) > 4 or not isinstance(parts[0], keras.Model):
        raise _returned("model", _MODEL, target, returned)
    return parts[0], _arguments("model", _MODEL, target, parts[1:], returned)


def call_for_data(target: str) -> dict[str, Any]:
    """Calls a function that returns (x, y), a batched dataset, or one of these followed by fit arguments.

    Args:
        target: str, `package.module:function`, which needs no arguments.

    Returns:
        Arguments for `keras_stable.audit`.

    Raises:
        InvalidArgumentError: as `call_for_model`.
    """
    returned = _call(target, "data")
    # A list may be the inputs themselves.
    parts = list(returned) if isinstance(returned, tuple) else [returned]
    if not parts or len(parts) > 3 or parts[0] is None:
        raise _returned("data", _DATA, target, returned)
    return _arguments("data", _DATA, target, parts, returned)


def _call(target: str, argument: str) -> Any:
    try:
        function = load_object(target, argument)
        try:
            inspect.signature(function).bind()
        except TypeError as error:
            raise _error(argument, "a function that needs no arguments", target, f" ({error})") from error
        return call_object(target, {}, argument)
    except SystemExit as error:
        raise _error(argument, "a function that returns", target, f", which ended the program with {error}") from error


def _arguments(argument: str, must_be: str, target: str, parts: list[Any], returned: Any) -> dict[str, Any]:
    fit: dict[str, Any] = {}
    if len(parts) == 3 and parts[2] is not None and not isinstance(parts[2], dict):
        raise _returned(argument, must_be, target, returned)
    if parts and isinstance(parts[-1], dict) and (_is_certain(parts) or set(parts[-1]) <= _ACCEPTED):
        fit = parts.pop()
        _check_names(argument, target, list(fit))
    data = {name: value for name, value in zip(("x", "y"), parts, strict=False) if value is not None}
    return {**data, **{name: value for name, value in fit.items() if value is not None}}


def _is_certain(parts: Sequence[Any]) -> bool:
    """Returns whether a dict that comes last can be neither the inputs nor the labels."""
    return len(parts) == 3 or (len(parts) == 2 and stream_kind(parts[0]) != "")


def _check_names(argument: str, target: str, names: Sequence[Any]) -> None:
    for name in names:
        if name not in _ACCEPTED:
            close = difflib.get_close_matches(str(name), sorted(_ACCEPTED), n=1)
            hint = f". Did you mean {close[0]!r}?" if close else ""
            must_be = "a function whose fit arguments are those of `fit`, or history"
            raise _error(argument, must_be, target, f" with {name!r}{hint}")


def _returned(argument: str, must_be: str, target: str, returned: Any) -> InvalidArgumentError:
    return _error(argument, must_be, target, f", which returned {_described(returned)}")


def _described(returned: Any) -> str:
    if isinstance(returned, tuple | list) and len(returned) <= 8:
        return "(" + ", ".join(type(part).__name__ for part in returned) + ")"
    return "None" if returned is None else type(returned).__name__


def _error(argument: str, must_be: str, target: str, more: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"`{argument}` must be {must_be}. Received: {argument}={target!r}{more}")
