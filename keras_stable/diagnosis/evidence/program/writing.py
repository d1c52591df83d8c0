"""Whether a callback of the user's own may write keys into the logs: read from its code, which is not run."""

import dis
import inspect
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras

from keras_stable.diagnosis.evidence.program.stand_in import is_of_keras

_WRITING = frozenset({"update", "setdefault", "__setitem__"})


@dataclass(frozen=True)
class Writing:
    """What the code of a callback may do to the logs.

    Attributes:
        possible: bool, whether it stores anything under a key.
        texts: frozenset of str, the texts in its code, of which one may be the key.
    """

    possible: bool = False
    texts: frozenset[str] = frozenset()


def writing_of(callback: Any) -> Writing:
    """Returns what a callback may write: Keras's own write nothing but the learning rate.

    >>> class Score(keras.callbacks.Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         logs["val_f1"] = 0.5
    >>> writing_of(Score()).possible, "val_f1" in writing_of(Score()).texts
    (True, True)
    >>> writing_of(keras.callbacks.EarlyStopping())
    Writing(possible=False, texts=frozenset())
    """
    if is_of_keras(callback) and not isinstance(callback, keras.callbacks.LambdaCallback):
        return Writing()
    codes = [code for function in _functions(callback) for code in _nested(function.__code__)]
    constants = [value for code in codes for value in code.co_consts]
    # The names of keyword arguments are a tuple among the constants.
    constants += [part for value in constants if isinstance(value, tuple) for part in value]
    texts = frozenset(value for value in constants if isinstance(value, str))
    return Writing(any(_stores(code) for code in codes), texts)


def _functions(callback: Any) -> Iterator[types.FunctionType]:
    owners = [kind for kind in type(callback).__mro__ if not kind.__module__.startswith(("keras.", "builtins"))]
    for values in (*(vars(owner).values() for owner in owners), vars(callback).values()):
        for value in values:
            function = inspect.unwrap(value) if callable(value) else value
            function = getattr(function, "__func__", function)
            if isinstance(function, types.FunctionType):
                yield function


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _nested(constant)


def _stores(code: types.CodeType) -> bool:
    stores = any(instruction.opname == "STORE_SUBSCR" for instruction in dis.get_instructions(code))
    return stores or bool(_WRITING & set(code.co_names))
