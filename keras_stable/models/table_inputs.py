"""The inputs of a model that takes the rows of a raw table, and what they are turned into."""

import re
from collections.abc import Sequence
from typing import Any

import keras

from keras_stable.config.column import PATTERNS, Column
from keras_stable.layers.table_columns import DateColumn, NumberColumn


def raw_inputs(columns: Sequence[Column]) -> tuple[dict[str, Any], Any]:
    """Returns one `keras.Input` [batch] for each column, and the features of the row.

    | kind | features |
    | --- | --- |
    | number | `NumberColumn`: the scaled number, and whether it is missing if one is in training |
    | date | `DateColumn`: distance, time of year, day of the week, hour, whether it is missing |
    | category | `keras.layers.StringLookup`, one feature for each value, one for any other |
    | text | `keras.layers.TextVectorization`, one feature for each word |

    Args:
        columns: what the columns hold.

    Returns:
        KerasTensors [batch] by column, float32 or text; and a KerasTensor [batch, features], float32.

    >>> inputs, features = raw_inputs([Column("age", "number"), Column("sex", "category", vocabulary=("f", "m"))])
    >>> features.shape
    (None, 4)
    """
    inputs, parts = {}, []
    for place, column in enumerate(columns):
        # Keras wants the name of an input to be its key, and takes no slash.
        name = column.name.replace("/", "_")
        dtype = "float32" if column.kind == "number" else "string"
        inputs[column.name] = keras.Input((), dtype=dtype, name=name)
        name = f"column_{place}_{re.sub(r'[^A-Za-z0-9]+', '_', name)}".rstrip("_")
        parts.append(_layer(column, name)(inputs[column.name]))
    return inputs, keras.layers.Concatenate(name="columns", dtype="float32")(parts) if len(parts) > 1 else parts[0]


def _layer(column: Column, name: str) -> keras.layers.Layer:
    if column.kind == "number":
        return NumberColumn(column.mean, column.deviation, column.missing, name=name)
    if column.kind == "date":
        moments = {"mean": column.mean, "deviation": column.deviation}
        return DateColumn(PATTERNS[column.order], column.order, **moments, with_time=column.with_time, name=name)
    if column.kind == "category":
        return keras.layers.StringLookup(vocabulary=list(column.vocabulary), output_mode="one_hot", name=name)
    return keras.layers.TextVectorization(vocabulary=list(column.vocabulary), output_mode="multi_hot", name=name)
