"""Meets every outermost call of `fit` in this process."""

import functools
import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from keras_stable.diagnosis.reporting.code_location import CodeLocation
from keras_stable.scripts.locating import user_location, user_spans
from keras_stable.scripts.patching import replaced
from keras_stable.source_edits.sites import Span


@dataclass(frozen=True)
class FitCall:
    """One call of `fit`.

    Attributes:
        number: int, from 1: the how-manieth of the program.
        model: the model whose `fit` it is.
        arguments: mapping of argument name to value, those that were given.
        proceed: calls the real `fit` with other arguments by name, and returns its history.
        location: where in the user's code; None where that is unknown.
        spans: tuple of `Span`, the calls of the user's code that led to it, from within outward.
    """

    number: int
    model: Any
    arguments: Mapping[str, Any]
    proceed: Callable[..., Any]
    location: CodeLocation | None = None
    spans: tuple[Span, ...] = ()


class _Depth(threading.local):
    value = 0


class Meeting:
    """Counts the calls of `fit`, and hands each to somebody who decides what becomes of it.

    Args:
        on_fit: called with a `FitCall` in the place of `fit`; what it returns, `fit` returns.
    """

    def __init__(self, on_fit: Callable[[FitCall], Any]) -> None:
        self._on_fit = on_fit
        self._depth = _Depth()
        self.count = 0

    @property
    def inside(self) -> bool:
        """Returns whether this thread is in a `fit` that was met, or in what was done in its place."""
        return self._depth.value > 0

    @contextmanager
    def met(self) -> Iterator[None]:
        """What runs within is not met again."""
        self._depth.value += 1
        try:
            yield
        finally:
            self._depth.value -= 1

    @contextmanager
    def watching(self, model_class: Any) -> Iterator[None]:
        """Meets the `fit` of a model class and of its subclasses."""
        with replaced(model_class, "fit", self._meeting):
            yield

    def _meeting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(original)

        def fit(model: Any, *positional: Any, **named: Any) -> Any:
            if self.inside:
                return original(model, *positional, **named)
            try:
                arguments = dict(signature.bind(model, *positional, **named).arguments)
            except TypeError:  # Python says in its own words which argument there is not
                return original(model, *positional, **named)
            arguments.pop("self")
            self.count += 1
            frame, proceed = inspect.currentframe(), functools.partial(original, model)
            call = FitCall(self.count, model, arguments, proceed, user_location(frame), user_spans(frame))
            with self.met():
                return self._on_fit(call)

        return fit
