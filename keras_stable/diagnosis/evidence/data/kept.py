"""What was taken from an iterator, kept so that it can be read again. Imports no TensorFlow."""

from collections.abc import Callable, Iterator
from typing import Any

_MOST_BYTES = 2**28


class Kept:
    """The items of an iterator, which gives each of them only once; they are taken from it as they are asked for.

    Args:
        items: the iterator.
        size: function that returns the bytes of an item.
        most_bytes: int, after which no more items are taken. Default: 256 MB.

    Attributes:
        items: the iterator.
        ended: bool, whether the iterator was seen to end.

    >>> numbers = iter(range(5))
    >>> kept = Kept(numbers, lambda item: 1)
    >>> first = iter(kept)
    >>> next(first), next(first), list(zip(kept, "ab")), next(numbers)
    (0, 1, [(0, 'a'), (1, 'b')], 3)
    """

    def __init__(self, items: Iterator[Any], size: Callable[[Any], int], most_bytes: int = _MOST_BYTES) -> None:
        self.items = items
        self._size = size
        self._left = most_bytes
        self._taken: list[Any] = []
        self.ended = False

    @property
    def taken(self) -> int:
        """Returns how many items were taken from the iterator."""
        return len(self._taken)

    @property
    def full(self) -> bool:
        """Returns whether no more items are taken, though there may be more."""
        return self._left <= 0 and not self.ended

    def __iter__(self) -> Iterator[Any]:
        index = 0
        while index < len(self._taken) or self._take():
            yield self._taken[index]
            index += 1

    def _take(self) -> bool:
        """Takes one more item, and returns whether there was one."""
        if self.ended or self._left <= 0:
            return False
        try:
            item = next(self.items)
        except StopIteration:
            self.ended = True
            return False
        self._taken.append(item)
        self._left -= self._size(item)
        return True
