"""The encoder of a model, where one is recognisable: what it gives to the readout."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras

from keras_stable.errors import invalid_argument

_NAMES = ("encoder", "backbone", "features", "feature_extractor", "base_model")
# Of `keras_stable.models.classifier`, in the order of the data: the first that is there reads what the encoder gives.
_BEHIND_ENCODER = ("layer_normalization", "feature_normalization", "logit_scaling", "readout")


def encoder_of(model: keras.Model, encoder: str | keras.layers.Layer | None = None) -> keras.layers.Layer | None:
    """Returns the layer of a model whose output is its features.

    Args:
        model: the model.
        encoder: the layer, or its name or attribute. Default: the encoder of `keras_stable.models.classifier`; a
            layer or an attribute called encoder, backbone, features, feature_extractor or base_model; the only model
            inside a model; or what the last Dense layer of a functional model reads.

    Returns:
        The layer, or None where none is recognisable.

    Raises:
        InvalidArgumentError: `encoder` is no layer of the model.

    >>> from keras_stable.models import classifier
    >>> encoder_of(classifier((4,), 3, hidden_units=(8, 5))).name
    'encoder_dense_1'
    """
    layers = list(getattr(model, "layers", ()))
    if isinstance(encoder, keras.layers.Layer):
        return encoder
    if encoder is not None:
        layer = _by_name(model, layers, encoder)
        if layer is None:
            must_be = f"a layer of the model: {', '.join(layer.name for layer in layers)}"
            raise invalid_argument("encoder", must_be, encoder)
        return layer
    names = [layer.name for layer in layers]
    if "readout" in names:
        return _producer(layers, layers[names.index(next(name for name in _BEHIND_ENCODER if name in names))])
    named = next((layer for name in _NAMES if (layer := _by_name(model, layers, name)) is not None), None)
    inside = [layer for layer in layers if isinstance(layer, keras.Model)]
    if named is not None or len(inside) == 1:
        return named or inside[0]
    if len(getattr(model, "outputs", None) or ()) == 1:
        last = next((layer for layer in reversed(layers) if isinstance(layer, keras.layers.Dense)), None)
        return None if last is None else _producer(layers, last)
    return None


@contextmanager
def watched(layer: keras.layers.Layer) -> Iterator[list[Any]]:
    """Yields a list to which every output of a layer is added while the block lasts."""
    outputs: list[Any] = []
    original = layer.call

    def call(*arguments: Any, **keywords: Any) -> Any:
        outputs.append(original(*arguments, **keywords))
        return outputs[-1]

    object.__setattr__(layer, "call", call)
    try:
        yield outputs
    finally:
        object.__delattr__(layer, "call")


def _by_name(model: keras.Model, layers: Sequence[keras.layers.Layer], name: str) -> keras.layers.Layer | None:
    layer = next((layer for layer in layers if layer.name == name), getattr(model, name, None))
    return layer if isinstance(layer, keras.layers.Layer) and not isinstance(layer, keras.layers.InputLayer) else None


def _producer(layers: Sequence[keras.layers.Layer], reader: keras.layers.Layer) -> keras.layers.Layer | None:
    try:
        tensor = reader.input
        return next(
            (layer for layer in layers if layer.output is tensor and not isinstance(layer, keras.layers.InputLayer)),
            None,
        )
    except AttributeError:
        # Keras raises it for a layer that is used in several places.
        return None
