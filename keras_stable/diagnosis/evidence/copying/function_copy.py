"""Copies of functions that hold state: closures, bound methods, partials, weak references, TensorFlow functions."""

import functools
import sys
import types
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import keras
import tensorflow as tf

from keras_stable.diagnosis.evidence.copying.copier import Copier
from keras_stable.errors import KerasStableError
from keras_stable.keras_private import tf_function_with

_STATEFUL = (keras.Layer, keras.Variable, keras.Metric, keras.optimizers.Optimizer, tf.Variable, tf.Module)


class CannotCopyError(KerasStableError):
    """Something holds state that a copy would share with the original."""


# What making a copy raises where something cannot be copied: this, and what objects of others say of themselves.
COPY_ERRORS = (CannotCopyError, TypeError, ValueError, AttributeError, NotImplementedError, RuntimeError)


def copy_function(copier: Copier, value: types.FunctionType) -> types.FunctionType:
    """Returns the function over copies of what it holds, or itself where it holds nothing.

    A function that can be imported by its name holds nothing of one model, and keeps its identity; but a global
    name that it reads, such as `model` in the script of a user, may be what is being copied.
    """
    names = [name for name in _names(value.__code__) if isinstance(value.__globals__.get(name), _STATEFUL)]
    holds = value.__closure__ or value.__defaults__ or value.__kwdefaults__ or value.__dict__
    if not names and (not holds or _is_importable(value)):
        return value
    scope = value.__globals__
    if names:
        scope = {**scope, **{name: copier.begin(scope[name]) for name in names}}
    cells = None if value.__closure__ is None else tuple(copier.begin(cell) for cell in value.__closure__)
    copied = types.FunctionType(value.__code__, scope, value.__name__, None, cells)
    for name in ("__qualname__", "__module__", "__doc__", "__annotations__"):
        setattr(copied, name, getattr(value, name))

    def fill() -> None:
        copied.__defaults__ = copier.begin(value.__defaults__)
        copied.__kwdefaults__ = copier.begin(value.__kwdefaults__)
        copier.fill_attributes(value, copied)

    copier.fill(fill)
    return copier.remember(value, copied)


def copy_cell(copier: Copier, value: types.CellType) -> types.CellType:
    """Returns the cell of a closure with a copy in it."""
    copied = copier.remember(value, types.CellType())

    def fill() -> None:
        try:
            contents = value.cell_contents
        except ValueError:  # the name was never bound, and stays so
            return
        copied.cell_contents = copier.begin(contents)

    copier.fill(fill)
    return copied


def copy_method(copier: Copier, value: types.MethodType) -> types.MethodType:
    """Returns the method bound to the copy of its object."""
    function, owner = copier.begin(value.__func__), copier.begin(value.__self__)
    if function is value.__func__ and owner is value.__self__:
        return value
    return copier.remember(value, types.MethodType(function, owner))


def copy_partial(copier: Copier, value: functools.partial) -> functools.partial:
    """Returns the partial of the copies."""
    function, arguments = copier.begin(value.func), copier.begin(value.args)
    keywords = {name: copier.begin(argument) for name, argument in value.keywords.items()}
    return copier.remember(value, type(value)(function, *arguments, **keywords))


def copy_reference(copier: Copier, value: weakref.ref) -> weakref.ref:
    """Returns a weak reference to the copy."""
    target = value()
    if target is None or type(value) is not weakref.ref:
        return value
    return copier.remember(value, weakref.ref(copier.begin(target)))


def copy_tf_function(copier: Copier, value: Any) -> Any:
    """Returns a `tf.function` that is not traced yet."""
    return copier.remember(value, tf_function_with(value, copier.begin(value.python_function)))


def copy_concrete_function(copier: Copier, value: Any) -> Any:
    """Returns the function itself, whose graph cannot be led to other variables."""
    if value.trainable_variables:
        raise CannotCopyError(f"the function {value.name} was loaded from a file and has trainable variables")
    return value


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def _is_importable(function: types.FunctionType) -> bool:
    target: Any = sys.modules.get(function.__module__)
    for name in function.__qualname__.split("."):
        target = getattr(target, name, None)
    return target is function


KINDS: tuple[tuple[type, Callable[..., Any]], ...] = (
    (types.FunctionType, copy_function),
    (types.CellType, copy_cell),
    (types.MethodType, copy_method),
    (functools.partial, copy_partial),
    (weakref.ref, copy_reference),
    (tf.types.experimental.ConcreteFunction, copy_concrete_function),
    (tf.types.experimental.PolymorphicFunction, copy_tf_function),
)
