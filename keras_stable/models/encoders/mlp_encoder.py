"""The encoder `mlp`: dense layers."""

from collections.abc import Sequence
from typing import Any

import keras


def mlp(inputs: Any, *, hidden_units: Sequence[int] = (128, 64), activation: str = "relu", dropout: float = 0.0) -> Any:
    """Dense layers on the flattened inputs, the last one linear because normalization follows.

    Those with an activation are initialised for a rectifier (He et al. 2015, equation 10).

    Args:
        inputs: KerasTensor [batch, ...], float.
        hidden_units: ints >= 1; the width of each layer. The last is the number of features.
        activation: str; the name of the activation behind every layer but the last.
        dropout: float in [0, 1); the share of units dropped between the layers.

    Returns:
        KerasTensor [batch, hidden_units[-1]].
    """
    features = inputs if len(inputs.shape) == 2 else keras.layers.Flatten(name="encoder_flatten")(inputs)
    for index, units in enumerate(hidden_units):
        if index and dropout:
            features = keras.layers.Dropout(dropout, name=f"encoder_dropout_{index}")(features)
        last = index == len(hidden_units) - 1
        features = keras.layers.Dense(
            units,
            activation=None if last else activation,
            kernel_initializer="glorot_uniform" if last else "he_normal",
            name=f"encoder_dense_{index}",
        )(features)
    return features
