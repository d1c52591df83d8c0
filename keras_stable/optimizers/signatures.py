"""The arguments of a guarded optimizer, as the Keras class under it takes them."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import keras

from keras_stable.errors import invalid_argument
from keras_stable.keras_private import KerasHooks

LearningRate: TypeAlias = float | keras.optimizers.schedules.LearningRateSchedule | Callable[[], Any]

# What the guard takes beside what the Keras class takes.
GUARD_ARGUMENTS = ("agc_clipping", "zclip", "history_size", "record", "adagc", "update_clip_rms", "skip_spikes")
_VAR_POSITIONAL, _VAR_KEYWORD = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD


def keras_arguments(optimizer_class: type, scope: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the arguments of an `__init__` that is written out, from the names in its scope, to be handed on.

    An older Keras may lack an argument: it is left out there, as long as it is at its default. So is a `name` of None.

    Args:
        optimizer_class: The class whose own `__init__` this is.
        scope: Its `locals()`, before any other name is bound.

    Raises:
        InvalidArgumentError: When the installed Keras lacks an argument that is not at its default.

    >>> class Short(KerasHooks, keras.optimizers.SGD):
    ...     def __init__(self, learning_rate=0.1, clipvalue=10.0, *, zclip=None, name=None):
    ...         print(keras_arguments(Short, locals()))
    >>> short = Short(0.2, zclip=2.5)
    {'learning_rate': 0.2, 'clipvalue': 10.0, 'zclip': 2.5}
    """
    accepted = {*_parameters(stock_class(optimizer_class)), *GUARD_ARGUMENTS}
    arguments = {}
    for parameter in _parameters(optimizer_class).values():
        value = scope[parameter.name]
        if parameter.name == "name" and value is None:
            continue
        if parameter.name in accepted:
            arguments[parameter.name] = value
        elif value != parameter.default:
            must_be = f"left at {parameter.default!r} with Keras {keras.__version__}, which has no such argument"
            raise invalid_argument(parameter.name, must_be, value)
    return arguments


def named_arguments(optimizer_class: type, arguments: Sequence[Any]) -> dict[str, Any] | None:
    """Returns the positional arguments of a guarded class by the names that its Keras class has for them.

    Returns:
        A dict; None where that class takes some by position alone, so that their names mean nothing.

    >>> class Guarded(KerasHooks, keras.optimizers.SGD):
    ...     pass
    >>> named_arguments(Guarded, (0.1, 0.9))
    {'learning_rate': 0.1, 'momentum': 0.9}
    """
    parameters = _parameters(stock_class(optimizer_class)).values()
    if any(parameter.kind in (parameter.POSITIONAL_ONLY, parameter.VAR_POSITIONAL) for parameter in parameters):
        return None
    return dict(inspect.Signature(list(parameters)).bind_partial(*arguments).arguments)


def guarded_signature(stock: type, guard: type) -> inspect.Signature:
    """Returns the signature of a Keras optimizer class with the guard before it.

    Args:
        stock: The class, whose own parameters stay where they are.
        guard: The mixin, whose parameters have the defaults of both; those that the class lacks are keywords.
    """
    own, added = (
        _parameters(stock),
        {name: parameter for name, parameter in _parameters(guard).items() if parameter.kind is parameter.KEYWORD_ONLY},
    )
    merged = [
        parameter.replace(default=added[name].default) if name in added and parameter.default is None else parameter
        for name, parameter in own.items()
    ]
    keywords = [parameter for name, parameter in added.items() if name not in own]
    rest = [parameter for parameter in merged if parameter.kind is parameter.VAR_KEYWORD]
    return inspect.Signature([parameter for parameter in merged if parameter not in rest] + keywords + rest)


def stock_class(optimizer_class: type) -> type:
    """Returns the Keras optimizer class that a guarded class has the guard before.

    >>> class Guarded(KerasHooks, keras.optimizers.SGD):
    ...     pass
    >>> stock_class(Guarded) is keras.optimizers.SGD
    True
    """
    return next(base for base in optimizer_class.__mro__[:-1] if not issubclass(base, KerasHooks))


def _parameters(optimizer_class: type) -> dict[str, inspect.Parameter]:
    """Returns the parameters after `self`; those of Keras's own classes that hand everything on are passed over."""
    for base in optimizer_class.__mro__:
        if "__init__" in vars(base):
            parameters = list(inspect.signature(base.__init__).parameters.values())[1:]  # type: ignore[misc]
            hands_on = [parameter.kind for parameter in parameters] == [_VAR_POSITIONAL, _VAR_KEYWORD]
            if not (hands_on and issubclass(keras.optimizers.Optimizer, base)):
                break
    return {parameter.name: parameter for parameter in parameters}
