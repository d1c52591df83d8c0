"""What enters frozen batch normalizations, against the data that their statistics were taken from."""

import math
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.tracing.graph_tracing import tracer
from keras_stable.diagnosis.evidence.tracing.passes import Call
from keras_stable.diagnosis.facts import FrozenStatistics


def is_frozen(layer: Any) -> bool:
    """Returns whether a layer is a batch normalization with statistics of data that it does not follow any more."""
    if not isinstance(layer, keras.layers.BatchNormalization) or layer.trainable or not layer.built:
        return False
    mean, variance = np.asarray(layer.moving_mean), np.asarray(layer.moving_variance)
    return bool((mean != 0).any() or (variance != 1).any())


def frozen_statistics(model: keras.Model, x: Any) -> tuple[FrozenStatistics, ...]:
    """Returns how far what enters each frozen batch normalization is from its statistics, in data-flow order.

    Args:
        model: a copy; only run.
        x: inputs of some rows.
    """
    calls = [call for call in tracer(model)(x).calls if call.layer is not None and is_frozen(call.layer)]
    return tuple(_compared(call, index == 0) for index, call in enumerate(calls))


def _compared(call: Call, first: bool) -> FrozenStatistics:
    layer: Any = call.layer
    values = np.moveaxis(np.asarray(call.entered[0], "float64"), layer.axis, -1)
    values = values.reshape(-1, values.shape[-1])
    moving = np.sqrt(np.asarray(layer.moving_variance, "float64") + layer.epsilon)
    shift = np.abs(values.mean(0) - np.asarray(layer.moving_mean, "float64")) / moving
    spread = values.std(0) / moving
    finite = np.isfinite(shift) & np.isfinite(spread)
    return FrozenStatistics(
        layer=call.path,
        shift=float(np.median(shift[finite])) if finite.any() else math.nan,
        spread=float(np.median(spread[finite])) if finite.any() else math.nan,
        channels=values.shape[1],
        first=first,
    )
