"""Tables whose rows the model takes as they are: numbers, categories, texts and dates, with missing cells."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_stable.config import TableData
from keras_stable.config.column import Column
from keras_stable.data.checks import Scan, check_batch_size, check_classes, data_error
from keras_stable.data.columns import cells_of, find_column
from keras_stable.data.csv_reading import Cells
from keras_stable.data.labels import class_ids, classes_of, label_names
from keras_stable.data.splitting import validation_mask
from keras_stable.data.structures import Data, Split


@dataclass(frozen=True)
class _Rows:
    """The rows of a table that can be used.

    Attributes:
        x: arrays [n] by column.
        names: the class of each row.
        where: where each row is.
        skipped: the rows that cannot be used, each with the reason.
    """

    x: dict[str, np.ndarray]
    names: list[str]
    where: list[str]
    skipped: tuple[str, ...]


def from_cells(train: Cells, validation: Cells | None, config: TableData, *, batch_size: int, seed: int) -> Data:
    """Finds what the columns of the training table hold, and turns both tables into arrays by column.

    Args:
        train: the table to train on.
        validation: the table to validate on, or None to split it off.
        config: the `data` section.
        batch_size: int, which the training rows must fill.
        seed: int, of the split.

    Raises:
        DataError: rows that cannot be used, unless `on_error: skip` leaves them out; or tables that do not fit.
    """
    if config.input_scale != 1:
        raise data_error("data.input_scale", "1 for a table that the model preprocesses", f"{config.input_scale:g}")
    columns = _columns(train, config)
    rows = _rows("data.path", train, columns, config)
    classes = classes_of(rows.names)
    y = class_ids(rows.names, rows.where, classes, config.label, train.path)
    check_classes(Scan(len(y), (len(columns),), y, 0), f"column {config.label}")
    x, skipped = rows.x, rows.skipped
    if validation is None:
        mask = validation_mask(y, config.validation_split, seed)
        held, held_y = {name: array[mask] for name, array in x.items()}, y[mask]
        x, y = {name: array[~mask] for name, array in x.items()}, y[~mask]
    else:
        others = _rows("data.validation_path", validation, columns, config)
        held, held_y = others.x, class_ids(others.names, others.where, classes, config.label, validation.path)
        skipped += others.skipped
    check_batch_size(batch_size, len(y))
    order = np.random.default_rng(seed).permutation(len(held_y))
    if skipped:
        warnings.warn(f"{len(skipped)} rows are left out, the first is {skipped[0]}.", stacklevel=2)
    return Data(
        train=Split(x, y),
        validation=Split({name: array[order] for name, array in held.items()}, held_y[order]),
        input_shape=(len(columns),),
        num_classes=len(classes),
        class_names=classes,
        class_counts=np.bincount(y, minlength=len(classes)).astype(np.int64),
        columns=columns,
        skipped=skipped,
    )


def _columns(table: Cells, config: TableData) -> tuple[Column, ...]:
    names = [name for name in table.header if name != config.label and config.columns.get(name) != "ignore"]
    unknown = [name for name in config.columns if name not in table.header]
    if unknown:
        raise data_error("data.columns", f"of columns of {table.path}: {', '.join(table.header)}", f"{unknown[0]!r}")
    if not names:
        raise data_error("data.columns", "of a table with a feature column left", "every column ignored")
    whole = [cells for _, cells in table.rows if len(cells) == len(table.header)]
    if not whole:
        raise data_error("data.path", "a table with rows below its header", f"{table.path} without a row")
    places = {name: table.header.index(name) for name in names}
    kinds: dict[str, Any] = dict(config.columns)
    return tuple(find_column(name, [row[place] for row in whole], kinds.get(name)) for name, place in places.items())


def _rows(argument: str, table: Cells, columns: Sequence[Column], config: TableData) -> _Rows:
    """Returns the rows that can be used, and raises DataError for others unless they are to be skipped."""
    lacking = [name for name in [*(column.name for column in columns), config.label] if name not in table.header]
    if lacking:
        raise data_error(argument, f"a table with a column {lacking[0]}", f"{table.path}: {', '.join(table.header)}")
    width, at = len(table.header), table.header.index(config.label)
    bad = {
        row: f"{where} with {len(cells)} cells" for row, (where, cells) in enumerate(table.rows) if len(cells) != width
    }
    padded = [cells if len(cells) == width else [""] * width for _, cells in table.rows]
    for row, cells in enumerate(padded):
        if not cells[at]:
            bad.setdefault(row, f"{table.rows[row][0]}, column {config.label}, with ''")
    x = {}
    for column in columns:
        cells = [row[table.header.index(column.name)] for row in padded]
        x[column.name], wrong = cells_of(column, cells)
        for row in np.flatnonzero(wrong).tolist():
            bad.setdefault(row, f"{table.rows[row][0]}, column {column.name}, with {cells[row]!r}")
    skipped = tuple(f"{table.path}: {bad[row]}" for row in sorted(bad))
    if bad and config.on_error == "raise":
        must_be = f"a table with {width} cells in every row, a label, and the kind of its column in every cell"
        count = f"{len(bad)} of {len(table.rows)} rows"
        hint = "`data.on_error: skip` leaves them out"
        raise data_error(argument, must_be, f"{table.path}: {count}, the first is {bad[min(bad)]}; {hint}")
    good = [row for row in range(len(padded)) if row not in bad]
    if not good:
        raise data_error(argument, "a table with rows that can be used", f"{table.path} with none")
    places = [table.rows[row][0] for row in good]
    names = label_names([padded[row][at] for row in good], places, config.label, table.path)
    return _Rows({name: array[good] for name, array in x.items()}, names, places, skipped)
