"""`kind: parquet`: a Parquet file, as a table whose rows the model takes as they are or as rows of numbers."""

import datetime
import importlib.util
from typing import Any

import numpy as np

from keras_stable.config import ParquetData
from keras_stable.data.checks import data_error
from keras_stable.data.csv_reading import Cells, check_header
from keras_stable.data.files import existing_file
from keras_stable.data.in_memory import from_arrays
from keras_stable.data.labels import class_ids, classes_of, label_names
from keras_stable.data.raw_table import from_cells
from keras_stable.data.structures import Arrays, ArraySource, Data
from keras_stable.imports import first_line


def load(config: ParquetData, *, batch_size: int, seed: int) -> Data:
    """Reads the file as `kind: csv` reads a table: a number is a number, a timestamp a date, and null an empty cell.

    Raises:
        DataError: pyarrow is missing or does not fit the installed NumPy, the file is missing or no such table.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise data_error("data.kind", "csv where pyarrow is missing (`pip install pyarrow`)", "parquet without pyarrow")
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        # The metadata of pyarrow says nothing of NumPy, so that pip brings one that needs a newer NumPy.
        must_be = "csv where pyarrow cannot be imported (with a NumPy below 2 `pip install 'pyarrow<18'`)"
        raise data_error("data.kind", must_be, f"parquet, and {first_line(error)}") from error
    train, numeric = _read("data.path", config.path, config.label)
    other = config.validation_path
    validation, validation_numeric = (
        (None, True) if other is None else _read("data.validation_path", other, config.label)
    )
    plain = numeric and validation_numeric and config.preprocess == "auto" and not config.columns
    if not plain and config.preprocess != "never":
        return from_cells(train, validation, config, batch_size=batch_size, seed=seed)
    classes = classes_of(_names(train, config.label))
    held = None if validation is None else _arrays("data.validation_path", validation, train, classes, config.label)
    source = ArraySource(_arrays("data.path", train, train, classes, config.label), held, classes)
    return from_arrays(source, config, batch_size=batch_size, seed=seed)


def _read(argument: str, path: str, label: str) -> tuple[Cells, bool]:
    """Returns the table as text, and whether every column but the label's holds numbers and no null."""
    import pyarrow
    import pyarrow.parquet

    file = existing_file(argument, path)
    try:
        table = pyarrow.parquet.read_table(file)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise data_error(argument, "a Parquet file that can be read", f"{path}: {first_line(error)}") from error
    header = list(map(str, table.column_names))
    check_header(argument, path, label, header)
    columns = {name: column.to_pylist() for name, column in zip(header, table.columns, strict=True)}
    numeric = all(
        isinstance(value, int | float) and not isinstance(value, bool)
        for name, values in columns.items()
        for value in values
        if name != label
    )
    rows = [
        (f"row {row}", [_cell(value) for value in values])
        for row, values in enumerate(zip(*columns.values(), strict=True), 1)
    ]
    if not rows:
        raise data_error(argument, "a table with rows", f"{path} without a row")
    return Cells(path, tuple(header), rows), numeric


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.replace(microsecond=0, tzinfo=None).isoformat(" ")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip()
    return str(value).strip()


def _names(table: Cells, label: str) -> list[str]:
    at = table.header.index(label)
    return label_names([cells[at] for _, cells in table.rows], [where for where, _ in table.rows], label, table.path)


def _arrays(argument: str, table: Cells, train: Cells, classes: tuple[str, ...], label: str) -> Arrays:
    if table.header != train.header:
        must_be = f"a table with the columns of {train.path}, {', '.join(train.header)}"
        raise data_error(argument, must_be, ", ".join(table.header))
    at = table.header.index(label)
    try:
        x = np.array([[float(cell) for place, cell in enumerate(cells) if place != at] for _, cells in table.rows])
    except ValueError as error:
        must_be = "a table of numbers for `data.preprocess: never`"
        raise data_error(argument, must_be, f"{table.path}: {first_line(error)}") from error
    y = class_ids(_names(table, label), [where for where, _ in table.rows], classes, label, table.path)
    return Arrays(x, y, table.path, f"column {label}")
