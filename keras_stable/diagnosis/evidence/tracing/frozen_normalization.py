"""What enters frozen batch normalizations, against the data that their statistics were taken from."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.copying.snapshot import Snapshot
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward
from keras_stable.diagnosis.evidence.tracing.graph_tracing import tracer
from keras_stable.diagnosis.evidence.tracing.passes import Call
from keras_stable.diagnosis.facts import FrozenStatistics
from keras_stable.keras_private import flatten_layers


def has_statistics(layer: Any) -> bool:
    """Returns whether a layer is a batch normalization with statistics of some data."""
    if not isinstance(layer, keras.layers.BatchNormalization) or not layer.built:
        return False
    mean, variance = np.asarray(layer.moving_mean), np.asarray(layer.moving_variance)
    return bool((mean != 0).any() or (variance != 1).any())


def frozen_statistics(model: keras.Model, x: Any) -> tuple[FrozenStatistics, ...]:
    """Returns how far what enters each frozen batch normalization is from its statistics, in data-flow order.

    One is frozen where it is not trainable, or is called with `training=False` whatever the model is called with.

    Args:
        model: a copy; run in both modes.
        x: inputs of some rows.
    """
    layers = [layer for layer in flatten_layers(model) if has_statistics(layer)]
    frozen = {id(layer) for layer in layers if not layer.trainable}
    if len(frozen) < len(layers):
        frozen |= _asleep(model, x, [layer for layer in layers if layer.trainable])
    calls = [call for call in tracer(model)(x).calls if id(call.layer) in frozen] if frozen else []
    return tuple(_compared(call, index == 0) for index, call in enumerate(calls))


def _asleep(model: keras.Model, x: Any, layers: Sequence[Any]) -> set[int]:
    """Returns the ids of the layers whose statistics a pass in training mode does not move."""
    before = Snapshot([variable for layer in layers for variable in (layer.moving_mean, layer.moving_variance)])
    means = [np.array(layer.moving_mean) for layer in layers]
    forward(model, as_tensors(x), training=True)
    still = {id(layer) for layer, mean in zip(layers, means, strict=True) if np.array_equal(mean, layer.moving_mean)}
    before.put_back()
    return still


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
