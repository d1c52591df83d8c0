"""Long lists in a sentence."""

from collections.abc import Sequence


def listed(things: Sequence[object], most: int = 5) -> str:
    """Returns the first things of a list in words, and how many more there are.

    >>> listed([3, 1, 2]), listed(range(12), most=3)
    ('3, 1, 2', '0, 1, 2 and 9 more')
    """
    rest = len(things) - most
    return ", ".join(map(str, things[:most])) + (f" and {rest} more" if rest > 0 else "")
