"""Dropout and noise layers, switched off for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras

from keras_stable.keras_private import flatten_layers

# What Dropout, GaussianNoise and recurrent layers call the strength of their noise.
_STRENGTHS = ("rate", "stddev", "dropout", "recurrent_dropout")


@contextmanager
def without_noise(model: keras.Model) -> Iterator[None]:
    """Sets the strength of dropout and noise layers to 0 for a while; if there are any, the step is traced again.

    The dropout layer inside an attention layer is one of them; the `dropout` of the layer itself cannot be set.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dropout(0.5)])
    >>> with without_noise(model):
    ...     model.layers[0].rate
    0.0
    >>> model.layers[0].rate
    0.5
    """
    changed = []
    try:
        for layer in flatten_layers(model):
            for name in _STRENGTHS:
                value = vars(layer).get(name)
                if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
                    changed.append((layer, name, value))
                    setattr(layer, name, 0.0)
        if changed:
            model.train_function = None
        yield
    finally:
        for layer, name, value in changed:
            setattr(layer, name, value)
        if changed:
            model.train_function = None
