"""The decorator that names the evidence which a method provides."""

from collections.abc import Callable
from typing import Any, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])


def provides(name: str) -> Callable[[Method], Method]:
    """Marks a method as the provider of a kind of evidence.

    Args:
        name: str, what a rule calls the evidence in its parameters.

    >>> class Answers:
    ...     @provides("answer")
    ...     def deep_thought(self):
    ...         return 42
    >>> providers(Answers())["answer"]()
    42
    """

    def mark(method: Method) -> Method:
        method.provides = name  # type: ignore[attr-defined]
        return method

    return mark


def providers(owner: Any) -> dict[str, Callable[[], Any]]:
    """Returns the bound methods of an object that provide evidence, by its name.

    Raises:
        ValueError: When two methods provide the same.
    """
    methods: dict[str, str] = {}
    for attribute in dir(type(owner)):
        name = getattr(getattr(type(owner), attribute), "provides", None)
        if name is None:
            continue
        if name in methods:
            raise ValueError(f"{methods[name]} and {attribute} both provide {name!r}")
        methods[name] = attribute
    return {name: getattr(owner, attribute) for name, attribute in methods.items()}
