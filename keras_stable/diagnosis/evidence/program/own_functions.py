"""Functions of the user's own, run so that nobody notices."""

import contextlib
import copy
import io
import types
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf

from keras_stable.diagnosis.evidence.copying.function_copy import COPY_ERRORS
from keras_stable.diagnosis.evidence.copying.object_copy import ObjectCopier
from keras_stable.diagnosis.rule import Skip
from keras_stable.imports import first_line


def isolated(function: Callable[..., Any]) -> Callable[..., Any]:
    """Returns the same function over copies of what it holds and of the lists and dictionaries that it names.

    What it keeps in a closure, in an object, in a global list or in a global name of its own stays as it was.

    >>> rates = []
    >>> def schedule(epoch):
    ...     rates.append(epoch)
    ...     return float(len(rates))
    >>> isolated(schedule)(0), rates
    (1.0, [])

    Raises:
        Skip: it holds something that cannot be copied.
    """
    try:
        copied = ObjectCopier().copy(function)
    except COPY_ERRORS as error:
        raise Skip(f"a function of yours cannot be run apart from the program: {first_line(error)}") from error
    if isinstance(copied, types.MethodType):
        return types.MethodType(_apart(copied.__func__), copied.__self__)
    return _apart(copied) if isinstance(copied, types.FunctionType) else copied


def _apart(function: Any) -> Any:
    if not isinstance(function, types.FunctionType):
        return function
    scope = dict(function.__globals__)
    for name in function.__code__.co_names:
        if isinstance(scope.get(name), list | dict | set):
            scope[name] = copy.copy(scope[name])
    apart = types.FunctionType(function.__code__, scope, function.__name__, function.__defaults__, function.__closure__)
    apart.__kwdefaults__ = function.__kwdefaults__
    return apart


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """Keeps what a function prints, and what it writes for TensorBoard, from getting anywhere."""
    silent = tf.summary.record_if(False)
    with contextlib.redirect_stdout(io.StringIO()), silent:
        yield
