"""Objects of the user's own code, named as `package.module:function`."""

import difflib
import importlib
import inspect
import os
import re
import sys
from collections.abc import Mapping
from typing import Any

from keras_stable.errors import InvalidArgumentError

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_FORM = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


def load_object(target: str, argument: str) -> Any:
    """Imports a callable by name.

    The current directory can be imported from, as with `python -m`.

    Args:
        target: str, `package.module:function`; a dotted name after the colon is an attribute of an attribute.
        argument: str, what to call the target in a message, such as `model.module`.

    Returns:
        The callable: a function or a class.

    Raises:
        InvalidArgumentError: the form is wrong, the module is missing or fails, or the name is missing or
            cannot be called.

    >>> load_object("math:sqrt", "model.module")(16)
    4.0
    """
    if not isinstance(target, str) or not _FORM.fullmatch(target):
        raise _error(argument, 'of the form "package.module:function"', target)
    module_name, _, attributes = target.partition(":")
    found = _import(module_name, target, argument)
    owner = f"module {module_name}"
    for name in attributes.split("."):
        if not hasattr(found, name):
            close = difflib.get_close_matches(name, dir(found), n=1)
            hint = f". Did you mean `{close[0]}`?" if close else ""
            raise _error(argument, f"a name that {owner} has", target, hint)
        found = getattr(found, name)
        owner = name
    if not callable(found):
        raise _error(argument, "a function or another callable", target, f", which is {type(found).__name__}")
    return found


def call_object(target: str, arguments: Mapping[str, Any], argument: str) -> Any:
    """Imports a callable by name and calls it.

    Args:
        target: str, `package.module:function`.
        arguments: mapping of str, the keyword arguments.
        argument: str, what to call the target in a message; a message about the arguments names
            `<argument>_arguments`, or `data.arguments` for `data.target`.

    Returns:
        What the callable returns.

    Raises:
        InvalidArgumentError: as `load_object`, or the arguments do not fit, or the callable raised an exception.

    >>> call_object("datetime:timedelta", {"hours": 2}, "data.target").seconds
    7200
    """
    function = load_object(target, argument)
    try:
        inspect.signature(function).bind(**arguments)
    except TypeError as error:
        name = "data.arguments" if argument == "data.target" else f"{argument}_arguments"
        raise _error(name, f"the keyword arguments of {target}", dict(arguments), f" ({error})") from error
    except ValueError:  # a callable of an extension module may have no signature; the call itself then decides
        pass
    try:
        return function(**arguments)
    except Exception as error:
        raise _error(argument, "a callable that returns", target, f", which raised {first_line(error)}") from error


def _import(module_name: str, target: str, argument: str) -> Any:
    here = os.getcwd()
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)
    # A module that was written a moment ago is not yet in the finders' caches.
    importlib.invalidate_caches()
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            hint = f" (no module {error.name!r}, seen from {here})"
            raise _error(argument, "in a module that can be imported", target, hint) from error
        raise _error(
            argument, "in a module that can be imported", target, f", which raised {first_line(error)}"
        ) from error
    except Exception as error:
        raise _error(
            argument, "in a module that can be imported", target, f", which raised {first_line(error)}"
        ) from error


def _error(argument: str, must_be: str, received: Any, more: str = "") -> InvalidArgumentError:
    return InvalidArgumentError(f"`{argument}` must be {must_be}. Received: {argument}={received!r}{more}")


def first_line(error: BaseException) -> str:
    """Returns the type and the first line of an exception that says what is wrong, without colours.

    >>> first_line(KeyError("x"))
    "KeyError: 'x'"
    >>> first_line(ValueError("Exception encountered when calling Dense.call().\\n\\n\\x1b[1mToo wide.\\x1b[0m"))
    'ValueError: Too wide.'
    """
    # The text of a KeyError is a repr, in one line whatever it holds.
    whole = isinstance(error, KeyError) and "\n" in str(error.args[0] if error.args else "")
    text = _COLOURS.sub("", str(error.args[0] if whole else error))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # Keras begins with where it was, and says what is wrong below.
    while len(lines) > 1 and lines[0].startswith("Exception encountered when calling"):
        lines.pop(0)
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
