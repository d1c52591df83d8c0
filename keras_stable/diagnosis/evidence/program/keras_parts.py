"""What is Keras's own of a callback that the user has derived from one of Keras's."""

import inspect
from typing import Any

import keras

from keras_stable.keras_private import home_in_keras

_BARE = (keras.callbacks.Callback, keras.callbacks.LambdaCallback)


def keras_part(callback: Any) -> Any:
    """Returns a callback of Keras's class with the state of one whose class is derived from it; else what was given.

    A class that only adds to its base, or calls the base in each method that it replaces, does what the base does, and
    more. One that replaces a method without doing so may do anything.

    >>> class Patient(keras.callbacks.EarlyStopping):
    ...     def __init__(self):
    ...         super().__init__("val_loss", patience=50)
    >>> part = keras_part(Patient())
    >>> type(part).__name__, part.patience
    ('EarlyStopping', 50)
    """
    kinds = type(callback).__mro__
    base = next((kind for kind in kinds if home_in_keras(kind)[:1] == ["callbacks"]), None)
    if base is None or base is kinds[0] or base in _BARE:
        return callback
    if any(not _calls_base(kind, name) for kind in kinds[: kinds.index(base)] for name in _replaced(kind, base)):
        return callback
    part: Any = object.__new__(base)
    vars(part).update(vars(callback))
    return part


def _replaced(kind: type, base: type) -> list[str]:
    """Returns the methods of the base that a class has a version of its own of, what makes it left out."""
    return [name for name, value in vars(kind).items() if callable(value) and name != "__init__" and _has(base, name)]


def _has(base: type, name: str) -> bool:
    # `object` and the bare callback have methods that do nothing.
    own = [kind for kind in base.__mro__ if kind not in (object, keras.callbacks.Callback)]
    return any(name in vars(kind) for kind in own)


def _calls_base(kind: type, name: str) -> bool:
    function = inspect.unwrap(vars(kind)[name])
    code = getattr(function, "__code__", None)
    # `super` stands among the names; `Base.method(self)` needs the name of the method alone.
    return code is not None and name in code.co_names
