"""The table for a terminal, or for a pipe."""

import re
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from keras_stable.runs.comparison.measure import Measure, measures, seeds_text

# Rich takes this width when the output is not a terminal.
_WIDTH = 80
_BETWEEN_COLUMNS = 2


def terminal_table(rows: Sequence[dict[str, Any]]) -> Table:
    """Returns the rows of `aggregate` with a column for each config, in as many blocks as 80 characters need."""
    shown = measures(rows)
    columns = [_column(row, shown) for row in rows]
    names = ["", "Seeds", *(measure.title for measure in shown)]
    blocks = Table.grid()
    for start, stop in _blocks(names, columns):
        if start:
            blocks.add_row()
        blocks.add_row(_block(names, columns[start:stop]))
    return blocks


def _column(row: dict[str, Any], shown: Sequence[Measure]) -> list[str]:
    cells = [measure.cell(row) for measure in shown]
    # Names are broken where a word ends, for Rich breaks at spaces only.
    name = re.sub(r"(?<=[_.+=-])(?=\w)", "\n", row["config"]) if len(row["config"]) > 12 else row["config"]
    texts = [cell.value + (f"\n{cell.range.replace(' to ', '-')}" if cell.range else "") for cell in cells]
    return [name, seeds_text(row["seeds"]).replace(" to ", "-"), *texts]


def _blocks(names: Sequence[str], columns: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    room = _WIDTH - _width(names)
    blocks, start, used = [], 0, 0
    for index, column in enumerate(columns):
        needed = _width(column) + _BETWEEN_COLUMNS
        if index > start and used + needed > room:
            blocks.append((start, index))
            start, used = index, 0
        used += needed
    return [*blocks, (start, len(columns))]


def _block(names: Sequence[str], columns: Sequence[Sequence[str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, _BETWEEN_COLUMNS, 0, 0), pad_edge=False, show_edge=False)
    table.add_column(names[0])
    for column in columns:
        table.add_column(Text(column[0]), justify="right", overflow="fold")
    for name, *cells in zip(names[1:], *(column[1:] for column in columns), strict=True):
        table.add_row(name, *map(Text, cells))
    return table


def _width(texts: Sequence[str]) -> int:
    return max(len(line) for text in texts for line in text.split("\n"))
