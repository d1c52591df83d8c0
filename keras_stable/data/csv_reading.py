"""Reads a CSV file with a header, numeric feature columns and one label column."""

import array
import csv
import difflib
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from keras_stable.data.checks import data_error
from keras_stable.data.files import existing_file
from keras_stable.errors import DataError


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


def read_table(argument: str, path: str, label: str) -> Table:
    """Reads a table of finite numbers, with one column of labels.

    Args:
        argument: str, what to call the path in a message.
        path: str, of a CSV file in UTF-8.
        label: str, name of the label column.

    Raises:
        DataError: the file is missing or no such table; the message names line and column.
    """
    file = existing_file(argument, path)
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            return _parse(argument, path, label, stream)
    except UnicodeDecodeError as error:
        byte = f"byte 0x{error.object[error.start]:02x}"
        raise data_error(argument, "a CSV file in UTF-8", f"{path} with {byte}") from error
    except (OSError, csv.Error) as error:
        raise data_error(argument, "a CSV file that can be read", f"{path}: {error}") from error


def _parse(argument: str, path: str, label: str, stream: Iterable[str]) -> Table:
    reader = csv.reader(stream, strict=True)
    header = [name.strip() for name in next(reader, [])]
    _check_header(argument, path, label, header)
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
            raise data_error(
                argument, must_be, f"{path}: {len(wrong_rows)} of {rows} rows, the first is {wrong_rows[0]}"
            )
    if not rows:
        raise data_error(argument, "a table with rows below its header", f"{path} without a row")
    features = tuple(header[:at] + header[at + 1 :])
    return Table(path, features, np.frombuffer(values).reshape(len(labels), -1), labels, lines)


def _check_header(argument: str, path: str, label: str, header: list[str]) -> None:
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
