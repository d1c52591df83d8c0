"""The encoder `conv`: convolutions for small images."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_stable.errors import invalid_argument


def conv(
    inputs: Any,
    *,
    filters: Sequence[int] = (32, 64, 64),
    feature_dim: int = 128,
    activation: str = "relu",
    dropout: float = 0.0,
) -> Any:
    """3x3 convolutions, each with its activation and a 2x2 maximum, then one linear dense layer.

    The last layer is linear because normalization follows: a rectifier there would leave features that are 0 for
    most samples, which normalization to standard deviation 1 amplifies where they are not. There is no batch
    normalization: with 10 samples of a class, the statistics of a batch are themselves a source of noise.

    Args:
        inputs: KerasTensor [batch, height, width, channels], float.
        filters: ints >= 1; the channels of each convolution. The maximum is left out where an image is
            only 1 pixel high or wide.
        feature_dim: int >= 1; the number of features.
        activation: str; the name of the activation behind every convolution.
        dropout: float in [0, 1); the share of units dropped before the dense layer.

    Returns:
        KerasTensor [batch, feature_dim].

    Raises:
        ValueError: the inputs are not images.
    """
    if len(inputs.shape) != 4:
        raise invalid_argument(
            "input_shape", "(height, width) or (height, width, channels) for the encoder 'conv'", inputs.shape[1:]
        )
    features = inputs
    for index, channels in enumerate(filters):
        features = keras.layers.Conv2D(
            channels,
            3,
            padding="same",
            activation=activation,
            kernel_initializer="he_normal",
            name=f"encoder_conv_{index}",
        )(features)
        if min(features.shape[1:3]) > 1:
            features = keras.layers.MaxPooling2D(name=f"encoder_pool_{index}")(features)
    features = keras.layers.Flatten(name="encoder_flatten")(features)
    if dropout:
        features = keras.layers.Dropout(dropout, name="encoder_dropout")(features)
    return keras.layers.Dense(feature_dim, name="encoder_dense")(features)
