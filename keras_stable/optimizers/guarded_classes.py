"""The gradient guard for any Keras optimizer class, a user's own included."""

import functools
import importlib
import importlib.util
import inspect
import sys
from typing import Any

import keras

from keras_stable.errors import invalid_argument
from keras_stable.optimizers.gradient_guard import GradientGuard
from keras_stable.optimizers.signatures import guarded_signature

_PACKAGE = "keras_stable"
# Of the registered names, which are kept in files, and of the names in this module, which are kept in pickles.
_REGISTERED, _HERE = "Guarded.", "Guarded/"


@functools.cache
def guard(optimizer_class: type) -> type[Any]:
    """Returns a subclass of a Keras optimizer class that measures, clips and guards its gradients.

    It takes the arguments of that class, by position too, and those of `GradientGuard` by name. The same class comes
    back for the same argument. A model that is saved with it loads in a fresh process through
    `keras_stable.load_model`, and a pickled one as it is, where the module of the optimizer class can be imported.

    Args:
        optimizer_class: A subclass of `keras.optimizers.Optimizer` that updates through `update_step`.

    Raises:
        InvalidArgumentError: When it is not such a class, or wraps other optimizers.

    >>> import keras
    >>> optimizer = guard(keras.optimizers.RMSprop)(0.01, clipvalue=None)
    >>> isinstance(optimizer, keras.optimizers.RMSprop), optimizer.clipvalue, optimizer.global_clipnorm
    (True, None, 0.5)
    """
    if not _is_optimizer_class(optimizer_class):
        raise invalid_argument("optimizer_class", "a subclass of keras.optimizers.Optimizer", optimizer_class)
    if issubclass(optimizer_class, GradientGuard):
        return optimizer_class
    if issubclass(optimizer_class, WRAPPERS):
        raise invalid_argument("optimizer_class", "an optimizer that updates weights itself", optimizer_class)
    guarded = type(f"Guarded{optimizer_class.__name__}", (GradientGuard, optimizer_class), _body(optimizer_class))
    name = _REGISTERED + _dotted_name(optimizer_class)
    return keras.saving.register_keras_serializable(package=_PACKAGE, name=name)(guarded)


def guard_by_registered_name(registered_name: str) -> type[Any]:
    """Returns the guarded class of this registered name, made anew in a process that has not made it yet.

    The name holds the module and the name of the optimizer class. The module is imported, as `import` does, and the
    class is looked up in it; nothing is called, and nothing but an optimizer class comes back.

    Raises:
        InvalidArgumentError: When there is no such module, or no such optimizer class in it.

    >>> guard_by_registered_name("keras_stable>Guarded.keras.src.optimizers.rmsprop.RMSprop").__name__
    'GuardedRMSprop'
    """
    made = keras.saving.get_registered_object(registered_name)
    return made or guard(_optimizer_class(dotted_name_of(registered_name)))


def dotted_name_of(registered_name: str) -> str:
    """Returns module and class of the optimizer that a registered name stands for.

    >>> dotted_name_of("keras_stable>Guarded.own_module.Own")
    'own_module.Own'
    """
    return registered_name.removeprefix(f"{_PACKAGE}>{_REGISTERED}")


def is_guarded_name(registered_name: str) -> bool:
    """Returns whether this is the registered name of a class that `guard` makes.

    >>> is_guarded_name("keras_stable>Guarded.my_module.MyOptimizer"), is_guarded_name("keras_stable>AdamW")
    (True, False)
    """
    return registered_name.startswith(f"{_PACKAGE}>{_REGISTERED}")


def __getattr__(name: str) -> Any:
    # A pickle names a class by its module and its name there, and finds it again with `getattr`.
    if not name.startswith(_HERE):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return guard_by_registered_name(f"{_PACKAGE}>{_REGISTERED}" + name.removeprefix(_HERE).replace("/", "."))


# Keras before 3.15 has no MultiOptimizer.
WRAPPERS = tuple(
    getattr(keras.optimizers, name)
    for name in ("LossScaleOptimizer", "MultiOptimizer")
    if hasattr(keras.optimizers, name)
)


def _body(optimizer_class: type) -> dict[str, Any]:
    return {
        "__doc__": f"`{optimizer_class.__name__}` with the gradient guard.\n\n    Args: those of both.",
        "__module__": __name__,
        "__qualname__": _HERE + _dotted_name(optimizer_class).replace(".", "/"),
        "__signature__": guarded_signature(optimizer_class, GradientGuard),
    }


def _dotted_name(optimizer_class: type) -> str:
    return f"{optimizer_class.__module__}.{optimizer_class.__qualname__}"


def _is_optimizer_class(value: Any) -> bool:
    return inspect.isclass(value) and issubclass(value, keras.optimizers.Optimizer)


def _optimizer_class(dotted_name: str) -> type:
    names = dotted_name.split(".")
    possible = all(map(str.isidentifier, names))
    value: Any = _import(names[0]) if possible else None
    for end, name in enumerate(names[1:] if possible else [], start=2):
        # Attributes that a module or a class would create on access are not asked for.
        inner = vars(value).get(name) if inspect.ismodule(value) or inspect.isclass(value) else None
        value = inner if inspect.isclass(inner) else _import(".".join(names[:end]))
    if not _is_optimizer_class(value) or _dotted_name(value) != dotted_name:
        raise invalid_argument("optimizer", "guarded from a Keras optimizer class that can be imported", dotted_name)
    return value


def _import(name: str) -> Any:
    """Returns the module of this name; None where there is none."""
    if name in sys.modules:
        return sys.modules[name]
    package = name.rpartition(".")[0]
    if package and not hasattr(sys.modules.get(package), "__path__"):
        return None
    return None if importlib.util.find_spec(name) is None else importlib.import_module(name)
