"""The model's layers in data-flow order."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.model.kernels import kernel_of
from keras_stable.diagnosis.evidence.tracing.recording import Recording, Seen
from keras_stable.diagnosis.facts import Layer, Structure


def structure(recording: Recording) -> Structure:
    """Returns the structure of the model that was recorded."""
    model = recording.model
    return Structure(
        kind=_kind(model),
        layers=tuple(_layer(layer) for layer in recording.seen),
        parameters=_size(model.weights),
        trainable_parameters=_size(model.trainable_weights),
        trainable_variables=len(model.trainable_variables),
    )


def _kind(model: keras.Model) -> str:
    if isinstance(model, keras.Sequential):
        return "sequential"
    return "functional" if hasattr(model, "operations") else "subclassed"


def _layer(seen: Seen) -> Layer:
    layer, kernel = seen.layer, kernel_of(seen.layer)
    shape = seen.given[0] if seen.given else ()
    return Layer(
        path=seen.path,
        kind=seen.kind,
        role=seen.role,
        inputs=seen.inputs,
        activation=seen.activation,
        units=shape[-1] if len(shape) > 1 else 0,
        input_units=seen.entered[0][-1] if seen.entered and len(seen.entered[0]) > 1 else 0,
        output_shape=shape[1:],
        parameters=_size(layer.weights) if layer is not None else 0,
        trainable_parameters=_size(layer.trainable_weights) if layer is not None else 0,
        config=_config(layer),
        kernel_std=kernel.std,
        fan_in=kernel.fan_in,
        fan_out=kernel.fan_out,
        initializer=kernel.initializer,
        identical_units=kernel.identical_units,
        adapted=_adapted(layer),
    )


def _size(weights: list[keras.Variable]) -> int:
    return sum(int(np.prod(weight.shape)) for weight in weights)


def _config(layer: keras.layers.Layer | None) -> Mapping[str, Any]:
    """Returns the plain values of a layer's config; objects, such as a regularizer, go by their class."""
    try:
        config = {} if layer is None else layer.get_config()
    except Exception:  # noqa: BLE001 - `get_config` may be anybody's code, and is often left out
        return {}
    named = {
        key: value["class_name"] for key, value in config.items() if isinstance(value, dict) and "class_name" in value
    }
    return {key: value for key, value in config.items() if isinstance(value, int | float | str | bool)} | named


def _adapted(layer: keras.layers.Layer | None) -> bool | None:
    """Returns whether a Normalization layer was given statistics; None for other layers."""
    if not isinstance(layer, keras.layers.Normalization):
        return None
    if layer.input_mean is not None:
        return True
    mean, variance = np.asarray(layer.adapt_mean), np.asarray(layer.adapt_variance)
    return bool((mean != 0).any() or (variance != 1).any())
