"""What enters a readout, row by row, with the raw inputs and labels of these rows."""

from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.tracing.passes import Call

FeaturePart = tuple[np.ndarray, Any, list[np.ndarray]]

_FEATURE_VALUES = 1 << 24
# Distances between raw inputs are compared with those between features; of large inputs a few rows tell enough.
_INPUT_VALUES = 1 << 22
_LEAST_INPUT_ROWS = 16


def takes_features(call: Call) -> bool:
    """Returns whether what enters a layer are features; token ids, which may come as floats, are none."""
    return (
        bool(call.entered) and call.entered[0].dtype.is_floating and not isinstance(call.layer, keras.layers.Embedding)
    )


def add_rows(parts: list[FeaturePart], call: Call, batch: Batch) -> None:
    """Adds the rows of one pass, as long as there is room for them.

    Args:
        parts: of the passes before; each of features [rows, width], which are means over positions, raw inputs of as
            many rows as there is room for, and labels.
        call: of the readout.
        batch: what was run.
    """
    values = np.asarray(call.entered[0]).astype("float32", copy=False)
    values = values.reshape(len(values), -1, values.shape[-1]).mean(1, dtype="float64")
    if not parts or (sum(len(part[0]) for part in parts) + len(values)) * values.shape[1] <= _FEATURE_VALUES:
        kept = sum(0 if part[1] is None else len(part[1]) for part in parts)
        parts.append((values, _raw_inputs(batch.x, kept), [np.asarray(leaf) for leaf in leaves(batch.y)]))


def _raw_inputs(x: Any, kept: int) -> np.ndarray | None:
    """Returns the inputs of the first rows as one table, as far as there is room beside the rows that are kept."""
    parts = [np.asarray(part) for part in leaves(x)]
    if any(part.dtype.kind not in "fiub" for part in parts):
        return None
    widths = [part[0].size for part in parts]
    rows = max(0, max(_LEAST_INPUT_ROWS, _INPUT_VALUES // max(1, sum(widths))) - kept)
    tables = [part[:rows].reshape(-1, width) for part, width in zip(parts, widths, strict=True)]
    return np.concatenate([table.astype("float32") for table in tables], axis=1)
