"""`kind: csv`: a table with a header, numeric feature columns and one label column."""

import math

import numpy as np

from keras_stable.config import CsvData
from keras_stable.data.checks import data_error
from keras_stable.data.csv_reading import Table, number_of, read_table
from keras_stable.data.in_memory import from_arrays
from keras_stable.data.structures import Arrays, ArraySource, Data


def load(config: CsvData, *, batch_size: int, seed: int) -> Data:
    """Reads the table; its labels, text or integers, become class ids in sorted order
    (numbers before text).

    Every column but the label's is a feature and must hold finite numbers. The validation table must have the
    columns of the training table in the same order, and no class that training lacks.

    Raises:
        DataError: the file is missing or no such table; the message names line and column.
    """
    table = read_table("data.path", config.path, config.label)
    names = _names(table, config.label)
    classes = tuple(sorted(set(names), key=_order))
    train = Arrays(table.x, _ids(table, names, classes, config.label), table.path, f"column {config.label}")
    validation = None
    if config.validation_path is not None:
        other = read_table("data.validation_path", config.validation_path, config.label)
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


def _names(table: Table, label: str) -> list[str]:
    """Returns the labels as text, or `1` for `01` and `1.0` where every label is a number.

    Raises:
        DataError: every label is a number, and some lie between integers.
    """
    numbers = [number_of(name) for name in table.labels]
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
    number = number_of(name)
    return (math.inf if number is None else number), name


def _ids(table: Table, names: list[str], classes: tuple[str, ...], label: str) -> np.ndarray:
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
