"""`adapt`: gives a model the statistics of its data."""

from typing import Any

import keras

from keras_stable.layers import NormalizationUpdate


def adapt(model: keras.Model, x: Any) -> None:
    """Adapts every FeatureNormalization of a model, from the inputs on, each to what reaches it.

    The readout behind the last one is rewritten, so that only the adaptation of the others changes the outputs.

    Args:
        model: functional or Sequential model with one input, such as `keras_stable.models.classifier` makes.
        x: training inputs: array [n, ...], batched `tf.data.Dataset`, `PyDataset` or iterable of batches, which
            must be iterable again, because each layer takes a pass of its own.

    Raises:
        ValueError: the model has no FeatureNormalization; `x` is empty or not finite.

    >>> import numpy as np
    >>> from keras_stable.models import classifier
    >>> model = classifier((4,), 3, hidden_units=(8,))
    >>> adapt(model, np.random.default_rng(0).normal(7, 50, size=(100, 4)))
    >>> bool(model.get_layer("input_normalization").adapted)
    True
    """
    NormalizationUpdate(model).adapt(x)
