"""What the copies of one kind of value ask of the copier that holds all copies."""

from collections.abc import Callable
from typing import Any, Protocol


class Copier(Protocol):
    """Copies whatever a value holds; `ObjectCopier` is the only one."""

    def begin(self, value: Any) -> Any:
        """Returns the copy, whose contents may still be missing."""

    def remember(self, value: Any, copied: Any) -> Any:
        """Returns the copy, which from now on stands for the value."""

    def fill(self, task: Callable[[], None], *, late: bool = False) -> None:
        """Schedules a task that fills in contents; a late one runs after all that a hash or foreign code may see."""

    def settle(self) -> None:
        """Fills in now what was scheduled so far, except for what is late."""

    def fill_attributes(self, value: Any, copied: Any) -> None:
        """Copies what is in `__dict__` and in slots."""
