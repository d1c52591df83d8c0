"""Methods of a class, replaced for a while."""

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def replaced(owner: type, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Iterator[None]:
    """Replaces a method of a class, inherited or its own, and puts it back.

    Args:
        owner: the class.
        name: str, of the method.
        make: returns the new method for the old one; it takes the old one's name, docstring and signature.

    >>> class Greeter:
    ...     def greet(self):
    ...         return "hello"
    >>> with replaced(Greeter, "greet", lambda greet: lambda self: greet(self).upper()):
    ...     print(Greeter().greet())
    HELLO
    >>> Greeter().greet()
    'hello'
    """
    own = owner.__dict__.get(name)
    original = getattr(owner, name)
    replacement = functools.wraps(original)(make(original))
    # Keras reads the arguments of constructors in a way that does not look behind a wrapper.
    replacement.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]
    setattr(owner, name, replacement)
    try:
        yield
    finally:
        if own is None:
            delattr(owner, name)
        else:
            setattr(owner, name, own)
