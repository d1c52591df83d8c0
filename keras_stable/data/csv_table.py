"""`kind: csv`: a table with a header, numeric feature columns and one label column."""

import array
import csv
import difflib
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from keras_stable.config import CsvData
from keras_stable.data.checks import data_error
from keras_stable.data.files import existing_file
from keras_stable.data.in_memory import from_arrays
from keras_stable.data.structures import Arrays, ArraySource, Data
from keras_stable.errors import DataError


@dataclass(frozen=True)
class _Table:
    path: str
    columns: tuple[str, ...]
    x: np.ndarray
    labels: list[str]
    lines: list[int]


def load(config: CsvData, *, batch_size: int, seed: int) -> Data:
    """Reads the table; its labels, text or integers, become class ids in sorted order
    (numbers before text).

    Every column but the label's is a feature and must hold finite numbers. The validation table must have the
    columns of the training table in the same order, and no class that training lacks.

    Raises:
        DataError: the file is missing or no such table; the message names line and column.
    """
    table = _read("data.path", config.path, config.label)
    names = _names(table, config.label)
    classes = tuple(sorted(set(names), key=_order))
    train = Arrays(table.x, _ids(table, names, classes, config.label), table.path, f"column {config.label}")
    validation = None
    if config.validation_path is not None:
        other = _read("data.validation_path", config.validation_path, config.label)
        if other.columns != table.columns:
            raise data_error(
                "data.validation_path",
                f"a table with the columns of {table.path}, {', '.join(table.columns)}",
                f"{', '.join(other.columns)}",
            )
        validation = Arrays(
            other.x,
            _ids(other, _names(other, config.label), classes, config.label),
            other.path,
            f"column {config.label}",
        )
    return from_arrays(ArraySource(train, validation, classes), config, batch_size=batch_size, seed=seed)


def _read(argument: str, path: str, label: str) -> _Table:
    file = existing_file(argument, path)
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            return _parse(argument, path, label, stream)
    except UnicodeDecodeError as error:
        byte = f"byte 0x{error.object[error.start]:02x}"
        raise data_error(argument, "a CSV file in UTF-8", f"{path} with {byte}") from error
    except (OSError, csv.Error) as error:
        raise data_error(argument, "a CSV file that can be read", f"{path}: {error}") from error


def _parse(argument: str, path: str, label: str, stream: Iterable[str]) -> _Table:
    reader = csv.reader(stream, strict=True)
    header = [name.strip() for name in next(reader, [])]
    _check_header(argument, path, label, header)
    place = header.index(label)
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
        numbers = [_number(cell) for index, cell in enumerate(row) if index != place]
        wrong = [header[i] for i, cell in enumerate(row) if (i == place and not cell.strip())]
        wrong += [
            name for name, number in zip(header[:place] + header[place + 1 :], numbers, strict=True) if number is None
        ]
        if wrong:
            cell = row[header.index(wrong[0])]
            bad.append(f"{where}, column {wrong[0]}, with {cell!r}" if not bad else "")
            continue
        values.extend(number for number in numbers if number is not None)
        labels.append(row[place].strip())
        lines.append(reader.line_num)
    rows = len(labels) + len(ragged) + len(bad)
    for found, must_be in (
        (ragged, f"a table with {len(header)} cells in every row, as in its header"),
        (bad, f"a table of finite numbers, with a label in column {label}"),
    ):
        if found:
            raise data_error(argument, must_be, f"{path}: {len(found)} of {rows} rows, the first is {found[0]}")
    if not rows:
        raise data_error(argument, "a table with rows below its header", f"{path} without a row")
    features = tuple(header[:place] + header[place + 1 :])
    return _Table(path, features, np.frombuffer(values).reshape(len(labels), -1), labels, lines)


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


def _number(cell: str) -> float | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in cell else None


def _names(table: _Table, label: str) -> list[str]:
    """Returns the labels as text, or `1` for `01` and `1.0` where every label is a number.

    Raises:
        DataError: every label is a number, and some lie between integers.
    """
    numbers = [_number(name) for name in table.labels]
    if None in numbers:
        return table.labels
    bad = [index for index, number in enumerate(numbers) if number != math.floor(number or 0)]
    if bad:
        where = f"line {table.lines[bad[0]]} with {table.labels[bad[0]]}"
        raise data_error(
            f"column {label}",
            "class names or integers",
            f"{table.path}: {len(bad)} of {len(numbers)} rows with other numbers, the first is {where}",
        )
    return [str(int(number or 0)) for number in numbers]


def _order(name: str) -> tuple[float, str]:
    number = _number(name)
    return (math.inf if number is None else number), name


def _ids(table: _Table, names: list[str], classes: tuple[str, ...], label: str) -> np.ndarray:
    ids = {name: number for number, name in enumerate(classes)}
    unknown = [row for row, name in enumerate(names) if name not in ids]
    if unknown:
        where = f"line {table.lines[unknown[0]]} with {names[unknown[0]]!r}"
        raise data_error(
            f"column {label}",
            "a class that training has",
            f"{table.path}: {len(unknown)} of {len(names)} rows with another, the first is {where}",
        )
    return np.array([ids[name] for name in names], dtype=np.int64)
