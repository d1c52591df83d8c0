"""What an argument must be."""

from numbers import Integral
from pathlib import Path
from typing import Any


def is_integer(value: Any, at_least: int) -> bool:
    """Whether a value is an integer of Python or NumPy that is large enough; True and False are none.

    >>> is_integer(3, at_least=1), is_integer(0, at_least=1), is_integer(True, at_least=1), is_integer(3.0, at_least=1)
    (True, False, False, False)
    """
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= at_least


def try_to_make(path: Path) -> None:
    """Finds out whether a file or directory could be made, and leaves nothing behind.

    Args:
        path: an absolute path of something that does not exist; directories above it may be missing too.

    Raises:
        OSError: it could not be made.
    """
    # The topmost thing that is missing is the one whose place decides.
    missing = [place for place in (path, *path.parents) if not place.exists()]
    missing[-1].mkdir()
    missing[-1].rmdir()
