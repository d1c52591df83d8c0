"""Where in the user's own code something was called or made."""

import functools
import inspect
import itertools
import linecache
import os
import sysconfig
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from keras_stable.diagnosis.reporting.code_location import CodeLocation
from keras_stable.scripts.patching import replaced
from keras_stable.source_edits.sites import Span

# Code of an installed package is not the user's, nor is that of Python.
_INSTALLED = tuple(
    sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib") if sysconfig.get_path(name)
)
_OWN = __file__.rpartition("scripts")[0]
_RUNNING = __file__.replace("locating", "programs")


def user_location(frame: FrameType | None) -> CodeLocation | None:
    """Returns the innermost line of the user's own code on the stack; None where there is none.

    Args:
        frame: where to begin.
    """
    while frame is not None:
        file = frame.f_code.co_filename
        if is_user_code(file):
            return CodeLocation(_as_typed(file), frame.f_lineno, linecache.getline(file, frame.f_lineno).strip())
        frame = frame.f_back
    return None


def user_spans(frame: FrameType | None) -> tuple[Span, ...]:
    """Returns the calls of the user's program on the stack, from within outward; what runs the program is none of it.

    Args:
        frame: where to begin.
    """
    spans = []
    while frame is not None and frame.f_code.co_filename != _RUNNING:
        if is_user_code(frame.f_code.co_filename):
            spans.append(_span(frame))
        frame = frame.f_back
    return tuple(spans)


def _span(frame: FrameType) -> Span:
    positions = next(itertools.islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), (None,) * 4)
    _, line, _, column = positions
    end = None if line is None or column is None else (line, column)
    file = frame.f_code.co_filename
    # A program may change its directory; a cell of a notebook has a name that is no path.
    return Span(os.path.abspath(file) if os.path.exists(file) else file, frame.f_lineno, end)


def is_user_code(file: str) -> bool:
    """Returns whether a file is neither installed, nor Python's, nor this package's, nor made up.

    >>> import os
    >>> is_user_code("train.py"), is_user_code(os.__file__), is_user_code("<frozen runpy>")
    (True, False, False)
    """
    if file.startswith("<"):
        # A cell of a notebook has such a name, too.
        return file.startswith("<ipython-input")
    return not file.startswith((*_INSTALLED, _OWN))


def _as_typed(file: str) -> str:
    """Returns a path as one would type it: below the current directory from there on, else whole."""
    here = os.path.join(os.getcwd(), "")
    return file.removeprefix(here)


class Locations:
    """Where objects were made, as long as they live; kept for the classes that `watching` is given.

    >>> locations = Locations()
    >>> locations.of(object()) is None
    True
    """

    def __init__(self) -> None:
        self._by_id: dict[int, CodeLocation] = {}
        self._spans: dict[int, tuple[Span, ...]] = {}
        self._indirect: set[int] = set()

    def of(self, owner: Any) -> CodeLocation | None:
        """Returns where an object was made, or the last thing noted about it; None where that was not seen."""
        return self._by_id.get(id(owner))

    def spans(self, owner: Any) -> tuple[Span, ...]:
        """Returns the calls that made an object, from within outward; none where that was not seen."""
        return self._spans.get(id(owner), ())

    def is_direct(self, owner: Any) -> bool:
        """Returns whether the user's own line made an object, and not an installed package that this line called."""
        return id(owner) in self._spans and id(owner) not in self._indirect

    @contextmanager
    def watching(self, owner: type, method: str = "__init__") -> Iterator[None]:
        """Notes where each object of a class or of a subclass is made, or where another method of it is called.

        Args:
            owner: the class.
            method: str. The line of the latest call counts, of a constructor that of the first.
        """
        with replaced(owner, method, functools.partial(self._noting, overwrite=method != "__init__")):
            yield

    def _noting(self, original: Callable[..., Any], *, overwrite: bool) -> Callable[..., Any]:
        def noting(owner: Any, *positional: Any, **named: Any) -> Any:
            # A constructor that fails has made nothing.
            result = original(owner, *positional, **named)
            if overwrite or id(owner) not in self._by_id:
                here = inspect.currentframe()
                self._note(owner, _outside_constructor(owner, here.f_back if here else None))
            return result

        return noting

    def _note(self, owner: Any, frame: FrameType | None) -> None:
        location = user_location(frame)
        if location is None:
            return
        self._by_id[id(owner)] = location
        self._spans[id(owner)] = user_spans(frame)
        if frame is not None and not is_user_code(frame.f_code.co_filename):
            # What an installed package makes on the way is not what the user's line says.
            self._indirect.add(id(owner))
        else:
            self._indirect.discard(id(owner))
        try:
            weakref.finalize(owner, self._forget, id(owner)).atexit = False
        except TypeError:  # an object without weak references keeps its entry, which costs some bytes
            return

    def _forget(self, name: int) -> None:
        self._by_id.pop(name, None)
        self._spans.pop(name, None)
        self._indirect.discard(name)


def _outside_constructor(owner: Any, frame: FrameType | None) -> FrameType | None:
    """Returns the frame in which an object is being made; within are the constructors of its subclasses."""
    outer = frame
    while outer is not None and outer.f_code.co_name == "__init__" and _first_argument(outer) is owner:
        outer = outer.f_back
    return outer


def _first_argument(frame: FrameType) -> Any:
    names = frame.f_code.co_varnames[: frame.f_code.co_argcount]
    return frame.f_locals.get(names[0]) if names else None
