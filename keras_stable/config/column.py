"""What a model must know of a column of a raw table, to take its cells as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "category", "text", "date"]
DateOrder = Literal["year-month-day", "day-month-year", "month-day-year"]

_TIME = r"(?:[ T](\d{1,2}):\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
PATTERNS: Mapping[DateOrder, str] = {
    "year-month-day": rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}",
    "day-month-year": rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}){_TIME}",
    "month-day-year": rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}){_TIME}",
}
"""How dates are written, with an optional time; both Python and TensorFlow read these."""


@dataclass(frozen=True)
class Column:
    """A column of the training table.

    Attributes:
        name: as in the header.
        kind: "number", "category", "text" or "date".
        missing: whether a cell is missing.
        mean: of the numbers, or of the dates as days since 1970.
        deviation: standard deviation of the same, 1 for a constant.
        vocabulary: categories, or words of texts, the most frequent first.
        order: how dates are written.
        with_time: whether dates come with a time.
    """

    name: str
    kind: Kind
    missing: bool = False
    mean: float = 0.0
    deviation: float = 1.0
    vocabulary: tuple[str, ...] = ()
    order: DateOrder = "year-month-day"
    with_time: bool = False
