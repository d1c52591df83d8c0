"""Edits that scale the targets of a regression: undone at the output, so that answers keep their unit."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.evidence.data.nesting import named
from keras_stable.repairs.expressions import evaluated

_EXACT = 1e-4


def scaling(edit: Edit, y: Any, names: Sequence[str] | None = None) -> tuple[int, float, float] | None:
    """Returns (number of the output, scale, offset) of an edit that makes `scale * y + offset` of real targets.

    None for any other edit: class ids that are moved stay what they are, and go through `Repair.prepare`.

    >>> scaling(Edit("transform_data", "data:price", "y", "(y - 300) / 50"), np.array([250.5, 301.0, 400.0]))
    (0, 0.02, -6.0)
    """
    if edit.kind != "transform_data" or edit.argument != "y":
        return None
    parts = named(y, names, "output")
    name = edit.target.partition(":")[2]
    position = next((index for index, (key, _) in enumerate(parts) if key == name), 0 if len(parts) == 1 else None)
    if position is None:
        return None
    values = np.asarray(parts[position][1])
    if not np.issubdtype(values.dtype, np.number) or not _looks_real(values):
        return None
    values = values.astype("float64")
    scaled = np.asarray(evaluated(edit.value, y=values))
    if scaled.shape != values.shape:
        return None
    return _affine(position, values, scaled)


def _looks_real(values: np.ndarray) -> bool:
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    different = len(np.unique(finite[:10_000]))
    return different > 2 and (bool((finite != np.round(finite)).any()) or different > max(20, len(finite) // 20))


def _affine(position: int, values: np.ndarray, scaled: np.ndarray) -> tuple[int, float, float] | None:
    finite = np.isfinite(values)
    low, high = values[finite].min(), values[finite].max()
    at = {float(value): scaled[finite][values[finite] == value].flat[0] for value in (low, high)}
    scale = (at[float(high)] - at[float(low)]) / (high - low)
    offset = at[float(low)] - scale * low
    size = np.abs(scaled[finite]).max()
    exact = np.allclose(scaled[finite], scale * values[finite] + offset, atol=_EXACT * size, rtol=0)
    return (position, round(float(scale), 12), round(float(offset), 12)) if exact and scale else None
