"""Edits of the data: labels from 0, rows left out, axes exchanged."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.evidence.data.nesting import leaves, mapped, named
from keras_stable.repairs.expressions import CannotApplyError, evaluated


class Names(NamedTuple):
    """What the arrays of inputs and outputs are called."""

    inputs: Sequence[str] | None = None
    outputs: Sequence[str] | None = None


def transformed(group: Sequence[Edit], x: Any, y: Any, names: Names | None = None) -> tuple[Any, Any]:
    """Returns data after the edits of one remedy, each an expression of the data as they were before.

    Args:
        group: edits of the kind "transform_data"; those of validation data alone are passed over.
        x, y: arrays, nestings of them, or a stream; the very same object where nothing changes it.
        names: what the arrays are called in targets. Default: as a model without names calls them.

    Raises:
        CannotApplyError: the data have another form than an edit takes.

    >>> edits = [Edit("transform_data", "data", "y", "y - 1")]
    >>> transformed(edits, np.zeros(2), np.array([1, 2]))[1]
    array([0, 1])
    """
    before = {"x": x, "y": y}
    after = dict(before)
    for edit in group:
        if edit.argument in after and before[edit.argument] is not None:
            after[edit.argument] = _changed(edit, before, after[edit.argument], names or Names())
    return after["x"], after["y"]


def validation_transformed(
    group: Sequence[Edit], x: Any, y: Any, validation_data: Any, names: Names | None = None
) -> Any:
    """Returns validation data after the same edits, and after those of their own.

    Args:
        group, names: as for `transformed`.
        x, y: the training data before these edits.
        validation_data: (x, y), (x, y, weights), or a stream.
    """
    own = [edit for edit in group if edit.argument == "validation_data"]
    for edit in own:
        validation_data = evaluated(edit.value, x=x, y=y, validation_data=validation_data)
    if not isinstance(validation_data, tuple | list):
        return transformed(group, validation_data, None, names)[0]
    inputs, labels, *weights = validation_data
    rest = [edit for edit in group if edit not in own]
    new_inputs, new_labels = transformed(rest, inputs, labels, names)
    if weights and _rows(new_labels) != _rows(labels):
        weights = []
    return (new_inputs, new_labels, *weights)


def _rows(structure: Any) -> int:
    return len((leaves(structure) or [()])[0])


def _changed(edit: Edit, before: dict[str, Any], now: Any, names: Names) -> Any:
    name = edit.target.partition(":")[2]
    if not name or not isinstance(before[edit.argument], list | tuple | dict):
        # A target may name the only array that there is.
        return _evaluated(edit, before)
    own, otherwise = (names.inputs, "input") if edit.argument == "x" else (names.outputs, "output")
    parts = named(before[edit.argument], own, otherwise)
    if name not in dict(parts):
        raise CannotApplyError(f"There is no array named {name} in `{edit.argument}`.")
    position = [key for key, _ in parts].index(name)
    cured = _evaluated(edit, {**before, edit.argument: parts[position][1]})
    flat = leaves(now)
    values = iter([*flat[:position], cured, *flat[position + 1 :]])
    return mapped(lambda _: next(values), now)


def _evaluated(edit: Edit, names: dict[str, Any]) -> Any:
    asarray = {name: np.asarray(value) if isinstance(value, list) else value for name, value in names.items()}
    return evaluated(edit.value, **asarray)
