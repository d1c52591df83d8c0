"""Edits of what `fit` is given beside the data: its arguments and callbacks."""

import inspect
from collections.abc import Iterable
from typing import Any

from keras_stable.diagnosis.edit import Edit, named_callback
from keras_stable.diagnosis.evidence.program.fit_arguments import FitArguments
from keras_stable.imports import first_line
from keras_stable.repairs.expressions import CannotApplyError, evaluated


def changed_fit(arguments: dict[str, Any], edits: Iterable[Edit]) -> dict[str, Any]:
    """Returns the arguments of `fit` after the edits of "fit" and of callbacks; others are passed over.

    The callbacks that an edit is of are made anew, the others are the very same objects.

    Raises:
        CannotApplyError: there is no such callback, or it cannot be made so.

    >>> changed_fit({"epochs": 5}, [Edit("set_argument", "fit", "epochs", "20")])
    {'epochs': 20}
    """
    arguments = dict(arguments)
    for edit in edits:
        kind, _, name = edit.target.partition(":")
        if kind == "fit" and edit.kind == "set_argument":
            value = evaluated(edit.value)
            arguments.pop(edit.argument, None)
            if value is not None:
                arguments[edit.argument] = value
        elif kind == "fit" and edit.kind == "append":
            before = FitArguments.checked(callbacks=arguments.get(edit.argument)).callbacks
            arguments[edit.argument] = [*before, evaluated(edit.value)]
        elif kind == "callback":
            arguments["callbacks"] = _callbacks(arguments.get("callbacks"), name, edit)
    return arguments


def _callbacks(callbacks: Any, name: str, edit: Edit) -> list[Any]:
    before = FitArguments.checked(callbacks=callbacks).callbacks
    chosen = named_callback(before, name)
    if chosen is None:
        raise CannotApplyError(f"There is no callback {name}.")
    after = []
    for callback in before:
        if callback is not chosen:
            after.append(callback)
        elif edit.kind != "remove":
            after.append(_made_anew(callback, edit.argument, evaluated(edit.value)))
    return after


def _made_anew(callback: Any, argument: str, value: Any) -> Any:
    """Returns a callback of the same class with one other argument; the rest is read from its attributes."""
    kind = type(callback)
    parameters = inspect.signature(kind).parameters
    if argument not in parameters:
        raise CannotApplyError(f"{kind.__name__} takes no {argument}.")
    given = {name: getattr(callback, name) for name in parameters if hasattr(callback, name)}
    if isinstance(given.get("min_delta"), int | float):
        # Keras stores it with the sign of the direction.
        given["min_delta"] = abs(given["min_delta"])
    if "mode" in parameters and "mode" not in given:
        given["mode"] = _mode(callback)
    try:
        return kind(**{**given, argument: value})
    except (TypeError, ValueError) as error:
        raise CannotApplyError(f"{kind.__name__} cannot be made so: {first_line(error)}") from error


def _mode(callback: Any) -> str:
    """Returns the direction in which a callback that does not keep its `mode` looks."""
    better = getattr(callback, "monitor_op", None)
    if better is None:
        return "auto"
    return "min" if better(0.0, 1.0) else "max"
