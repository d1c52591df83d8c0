"""The labels of a table: names of classes, in an order, and their ids."""

import math
from collections.abc import Sequence

import numpy as np

from keras_stable.data.checks import data_error
from keras_stable.data.columns import number_of


def label_names(labels: Sequence[str], where: Sequence[str], label: str, path: str) -> list[str]:
    """Returns the labels as text, or `1` for `01` and `1.0` where every label is a number.

    Args:
        labels: the cells of the label column.
        where: where each of them is, such as "line 3".
        label: name of the column.
        path: of the file.

    Raises:
        DataError: every label is a number, and some lie between integers.
    """
    numbers = [number_of(name) for name in labels]
    if None in numbers:
        return list(labels)
    bad = [index for index, number in enumerate(numbers) if number != math.floor(number or 0)]
    if bad:
        first = f"{where[bad[0]]} with {labels[bad[0]]}"
        raise data_error(
            f"column {label}",
            "class names or integers",
            f"{path}: {len(bad)} of {len(numbers)} rows with other numbers, the first is {first}",
        )
    return [str(int(number or 0)) for number in numbers]


def classes_of(names: Sequence[str]) -> tuple[str, ...]:
    """Returns each name once, in sorted order, numbers before text.

    >>> classes_of(["b", "10", "9", "b"])
    ('9', '10', 'b')
    """
    return tuple(sorted(set(names), key=_order))


def class_ids(names: Sequence[str], where: Sequence[str], classes: Sequence[str], label: str, path: str) -> np.ndarray:
    """Returns the class id of each name, int64 [n].

    Raises:
        DataError: a name is that of no class.
    """
    ids = {name: number for number, name in enumerate(classes)}
    unknown = [row for row, name in enumerate(names) if name not in ids]
    if unknown:
        first = f"{where[unknown[0]]} with {names[unknown[0]]!r}"
        raise data_error(
            f"column {label}",
            "a class that training has",
            f"{path}: {len(unknown)} of {len(names)} rows with another, the first is {first}",
        )
    return np.array([ids[name] for name in names], dtype=np.int64)


def _order(name: str) -> tuple[float, str]:
    number = number_of(name)
    return (math.inf if number is None else number), name
