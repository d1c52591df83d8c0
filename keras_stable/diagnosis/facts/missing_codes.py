"""Numbers that stand for a missing value."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MissingCode:
    """A number far from all others of its column that comes again and again.

    Attributes:
        input: str, name of the input; column: int, of its last axis.
        value: float.
        share: float, of the rows.
        distance: float, to the nearest other value, in ranges of the others from their 1st to their 99th percentile.
        columns: int, how many columns of the input have such a number.
    """

    input: str = "input"
    column: int = 0
    value: float = -9999.0
    share: float = 0.04
    distance: float = 500.0
    columns: int = 1
