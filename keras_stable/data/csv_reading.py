"""Reads a CSV file with a header, numeric feature columns and one label column."""

import array
import csv
import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from keras_stable.data.checks import data_error
from keras_stable.data.columns import number_of
from keras_stable.data.files import existing_file
from keras_stable.errors import DataError

T = TypeVar("T")


@dataclass(frozen=True)
class Table:
    """A table as it was read.

    Attributes:
        path: str, of the file.
        columns: names of the features.
        x: float64 array [rows, features].
        labels: the text of each label.
        lines: the line of each row in the file, from 1.
    """

    path: str
    columns: tuple[str, ...]
    x: np.ndarray
    labels: list[str]
    lines: list[int]


@dataclass(frozen=True)
class Cells:
    """A table of text.

    Attributes:
        path: str, of the file.
        header: names of the columns.
        rows: where each row is, such as "line 3", and its cells, stripped.
    """

    path: str
    header: tuple[str, ...]
    rows: list[tuple[str, list[str]]]


def read_table(argument: str, path: str, label: str) -> Table:
    """Reads a table of finite numbers, with one column of labels.

    Args:
        argument: str, what to call the path in a message.
        path: str, of a CSV file in UTF-8.
        label: str, name of the label column.

    Raises:
        DataError: the file is missing or no such table; the message names line and column.
    """
    return _read(argument, path, lambda stream: _parse(argument, path, label, stream))


def read_cells(argument: str, path: str, label: str) -> Cells:
    """Reads a table as text; a row with too few or too many cells is kept as it is.

    Args:
        argument: str, what to call the path in a message.
        path: str, of a CSV file in UTF-8.
        label: str, name of the label column.

    Raises:
        DataError: the file is missing or no such table.
    """

    def parse(stream: Iterable[str]) -> Cells:
        reader = csv.reader(stream, strict=True)
        header = [name.strip() for name in next(reader, [])]
        check_header(argument, path, label, header)
        rows = [(f"line {reader.line_num}", [cell.strip() for cell in row]) for row in reader if row]
        return Cells(path, tuple(header), rows)

    return _read(argument, path, parse)


def holds_text(argument: str, path: str, label: str) -> bool:
    """Returns whether some column beside the label holds text and not one number: then the table is a raw one.

    It reads no further than the row up to which every column has shown a number.

    Raises:
        DataError: as `read_cells`.
    """

    def parse(stream: Iterable[str]) -> bool:
        reader = csv.reader(stream, strict=True)
        header = [name.strip() for name in next(reader, [])]
        check_header(argument, path, label, header)
        open_columns = {index for index, name in enumerate(header) if name != label}
        filled: set[int] = set()
        for row in reader:
            if len(row) == len(header):
                filled |= {index for index in open_columns if row[index].strip()}
                open_columns -= {index for index in open_columns if number_of(row[index]) is not None}
            if not open_columns:
                return False
        return bool(open_columns & filled)

    return _read(argument, path, parse)


def _read(argument: str, path: str, parse: Callable[[Iterable[str]], T]) -> T:
    file = existing_file(argument, path)
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            return parse(stream)
    except UnicodeDecodeError as error:
        byte = f"byte 0x{error.object[error.start]:02x}"
        raise data_error(argument, "a CSV file in UTF-8", f"{path} with {byte}") from error
    except (OSError, csv.Error) as error:
        raise data_error(argument, "a CSV file that can be read", f"{path}: {error}") from error


def _parse(argument: str, path: str, label: str, stream: Iterable[str]) -> Table:
    reader = csv.reader(stream, strict=True)
    header = [name.strip() for name in next(reader, [])]
    check_header(argument, path, label, header)
    at = header.index(label)
    values, labels, lines = array.array("d"), [], []
    ragged: list[str] = []
    bad: list[str] = []
    for row in reader:
        if not row:
            continue
        where = f"line {reader.line_num}"
        if len(row) != len(header):
            ragged.append(f"{where} with {len(row)} cells" if not ragged else "")
            continue
        numbers = [number_of(cell) for index, cell in enumerate(row) if index != at]
        wrong = [header[i] for i, cell in enumerate(row) if (i == at and not cell.strip())]
        wrong += [name for name, number in zip(header[:at] + header[at + 1 :], numbers, strict=True) if number is None]
        if wrong:
            cell = row[header.index(wrong[0])]
            bad.append(f"{where}, column {wrong[0]}, with {cell!r}" if not bad else "")
            continue
        values.extend(number for number in numbers if number is not None)
        labels.append(row[at].strip())
        lines.append(reader.line_num)
    rows = len(labels) + len(ragged) + len(bad)
    for wrong_rows, must_be in (
        (ragged, f"a table with {len(header)} cells in every row, as in its header"),
        (bad, f"a table of finite numbers, with a label in column {label}"),
    ):
        if wrong_rows:
            received = f"{path}: {len(wrong_rows)} of {rows} rows, the first is {wrong_rows[0]}"
            hint = "; `data.preprocess: always` takes missing values" if wrong_rows is bad else ""
            raise data_error(argument, must_be, f"{received}{hint}")
    if not rows:
        raise data_error(argument, "a table with rows below its header", f"{path} without a row")
    features = tuple(header[:at] + header[at + 1 :])
    return Table(path, features, np.frombuffer(values).reshape(len(labels), -1), labels, lines)


def check_header(argument: str, path: str, label: str, header: list[str]) -> None:
    """Raises DataError for a header without the label, without a feature, or with a name twice."""
    if not any(header):
        raise data_error(argument, "a table with a header", f"{path}, whose first line is empty")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise data_error(argument, "a table with one column of each name", f"{path} with column {twice[0]!r} twice")
    if label not in header:
        close = difflib.get_close_matches(label, header, n=1)
        hint = f" Did you mean `{close[0]}`?" if close else ""
        raise DataError(
            f"`data.label` must be a column of {path}: {', '.join(header)}.{hint} Received: data.label={label!r}"
        )
    if len(header) < 2:
        raise data_error(argument, "a table with a feature column beside the label", f"{path} with column {label} only")
