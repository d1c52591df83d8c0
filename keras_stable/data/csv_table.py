"""`kind: csv`: a table with a header, feature columns and one label column."""

from keras_stable.config import CsvData
from keras_stable.data.checks import data_error
from keras_stable.data.csv_reading import Table, holds_text, read_cells, read_table
from keras_stable.data.in_memory import from_arrays
from keras_stable.data.labels import class_ids, classes_of, label_names
from keras_stable.data.raw_table import from_cells
from keras_stable.data.structures import Arrays, ArraySource, Data


def load(config: CsvData, *, batch_size: int, seed: int) -> Data:
    """Reads the table; its labels, text or integers, become class ids in sorted order (numbers before text).

    Where every column holds numbers, each must be finite, and an input is a row of numbers. Where some column holds
    text, or `preprocess: always` says so, the model takes the raw row; see `raw_table.from_cells`. The validation table
    must have the columns of the training table, and no class that training lacks.

    Raises:
        DataError: the file is missing or no such table; the message names line and column.
    """
    if _is_raw(config):
        cells = read_cells("data.path", config.path, config.label)
        other = config.validation_path
        validation = None if other is None else read_cells("data.validation_path", other, config.label)
        return from_cells(cells, validation, config, batch_size=batch_size, seed=seed)
    table = read_table("data.path", config.path, config.label)
    names = label_names(table.labels, _lines(table), config.label, table.path)
    classes = classes_of(names)
    train = _arrays(table, names, classes, config.label)
    held = None
    if config.validation_path is not None:
        other_table = read_table("data.validation_path", config.validation_path, config.label)
        if other_table.columns != table.columns:
            raise data_error(
                "data.validation_path",
                f"a table with the columns of {table.path}, {', '.join(table.columns)}",
                f"{', '.join(other_table.columns)}",
            )
        names = label_names(other_table.labels, _lines(other_table), config.label, other_table.path)
        held = _arrays(other_table, names, classes, config.label)
    return from_arrays(ArraySource(train, held, classes), config, batch_size=batch_size, seed=seed)


def _is_raw(config: CsvData) -> bool:
    if config.preprocess == "auto":
        return bool(config.columns) or holds_text("data.path", config.path, config.label)
    return config.preprocess == "always"


def _arrays(table: Table, names: list[str], classes: tuple[str, ...], label: str) -> Arrays:
    return Arrays(table.x, class_ids(names, _lines(table), classes, label, table.path), table.path, f"column {label}")


def _lines(table: Table) -> list[str]:
    return [f"line {line}" for line in table.lines]
