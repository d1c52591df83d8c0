"""The columns of a raw table: finds out what each holds, and turns its cells into arrays."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np

from keras_stable.config.column import PATTERNS, Column, DateOrder, Kind
from keras_stable.data.checks import data_error

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
"""Cells of numbers and dates that hold nothing, in small letters. Of categories and texts only an empty one does."""
# A column with a smaller share of numbers or dates holds names, some of which look like one.
_LEAST_SHARE, _MOST_WORDS, _MOST_CATEGORIES, _WORDS_OF_TEXT, _DISTINCT_OF_TEXT = 0.9, 1000, 1000, 3.0, 20
_PUNCTUATION = re.compile(r"[!\"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~']")


def find_column(name: str, cells: Sequence[str], kind: Kind | None = None) -> Column:
    """Returns what a column holds.

    It is one of numbers or of dates where at least 90 % of the cells that hold something are; else of texts where they
    have three words and more on average and over 20 different values, and else of categories.

    Args:
        name: as in the header.
        cells: of the training table, stripped.
        kind: what it holds, where the user says it. Default: found.

    Raises:
        DataError: all cells are empty, or none is what the user says.

    >>> find_column("age", ["22", "", "38"]).kind, find_column("born", ["1990-05-17"]).kind
    ('number', 'date')
    """
    held = [cell for cell in cells if cell.lower() not in MISSING]
    if not held:
        must_be = 'a column with values; `data.columns: {name: "ignore"}` leaves it out'.replace("name", name)
        raise data_error(f"column {name}", must_be, f"{len(cells)} empty cells")
    numbers = [number for cell in held if (number := number_of(cell)) is not None]
    order = _date_order(held)
    if kind is None:
        kind = "number" if len(numbers) >= _LEAST_SHARE * len(held) else "date" if order else _words_kind(held)
    if kind == "number" and numbers:
        return Column(name, kind, len(held) < len(cells), *_moments(numbers))
    if kind == "date" and order:
        days = [day for cell in held if (day := days_of(cell, order)) is not None]
        if days:
            timed = any(":" in cell for cell in held)
            return Column(name, kind, len(days) < len(cells), *_moments(days), order=order, with_time=timed)
    if kind in ("number", "date"):
        raise data_error(f"column {name}", f"a column of {kind}s, as `data.columns` says", f"{held[0]!r}")
    if kind == "text":
        counted = Counter(word for cell in cells for word in words_of(cell))
        return Column(name, kind, vocabulary=tuple(word for word, _ in counted.most_common(_MOST_WORDS)))
    categories = tuple(value for value, _ in Counter(cells).most_common(_MOST_CATEGORIES))
    return Column(name, "category", vocabulary=categories)


def cells_of(column: Column, cells: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Returns the cells of a column as a model takes them, and which of them cannot be right.

    Returns:
        float32 [n] with NaN for what is missing, or objects [n] of str; and bool [n].

    >>> values, wrong = cells_of(Column("age", "number"), ["22", "NA", "old"])
    >>> values.tolist(), wrong.tolist()
    ([22.0, nan, nan], [False, False, True])
    """
    empty = np.array([cell.lower() in MISSING for cell in cells], bool)
    if column.kind == "number":
        numbers = [number_of(cell) for cell in cells]
        values = np.array([math.nan if number is None else number for number in numbers], np.float64)
        with np.errstate(over="ignore"):
            rounded = values.astype(np.float32)
        wrong = np.array([number is None for number in numbers], bool) & ~empty
        return rounded, wrong | np.isinf(rounded)
    if column.kind == "date":
        wrong = np.array([days_of(cell, column.order) is None for cell in cells], bool) & ~empty
        return np.array(cells, object), wrong
    return np.array(cells, object), np.zeros(len(cells), bool)


def number_of(cell: str) -> float | None:
    """Returns the finite number that a cell holds, or None.

    >>> number_of(" 1e-3 "), number_of("1_000"), number_of("nan")
    (0.001, None, None)
    """
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in cell else None


def days_of(cell: str, order: DateOrder) -> int | None:
    """Returns the days from 1970-01-01 to a date, or None for what is no date.

    >>> days_of("1970-01-02 12:30", "year-month-day"), days_of("31.02.2020", "day-month-year")
    (1, None)
    """
    match = re.fullmatch(PATTERNS[order], cell, re.ASCII)
    if match is None:
        return None
    parts = dict(zip(order.split("-"), match.groups(), strict=False))
    try:
        return (date(int(parts["year"]), int(parts["month"]), int(parts["day"])) - date(1970, 1, 1)).days
    except ValueError:
        return None


def words_of(text: str) -> list[str]:
    """Returns the words of a text as `keras.layers.TextVectorization` splits it, which lowers ASCII letters only.

    >>> words_of("It's ÜBER-good!")
    ['its', 'Übergood']
    """
    lowered = re.sub(r"[A-Z]", lambda letter: letter[0].lower(), text)
    return _PUNCTUATION.sub("", lowered).split()


def _words_kind(held: Sequence[str]) -> Kind:
    many = len(set(held)) > _DISTINCT_OF_TEXT
    return "text" if many and np.mean([len(cell.split()) for cell in held]) >= _WORDS_OF_TEXT else "category"


def _date_order(held: Sequence[str]) -> DateOrder | None:
    share = {order: np.mean([days_of(cell, order) is not None for cell in held]) for order in PATTERNS}
    best = max(PATTERNS, key=lambda order: share[order])
    return best if share[best] >= _LEAST_SHARE else None


def _moments(values: Sequence[float]) -> tuple[float, float]:
    array = np.asarray(values, np.float64)
    # Large constants leave a rest of rounding.
    deviation = float(array.std())
    return float(array.mean()), deviation if deviation > 1e-9 * max(1.0, float(np.abs(array).max())) else 1.0
