"""The encoder `conv`, layer by layer."""

import keras
import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.models.encoders.conv_encoder import conv


def encoder(shape=(28, 20, 3), **arguments):
    inputs = keras.Input(shape)
    return keras.Model(inputs, conv(inputs, **arguments))


def kinds(model):
    return [type(layer).__name__ for layer in model.layers[1:]]


def test_each_convolution_halves_the_image():
    model = encoder()
    shapes = [layer.output.shape[1:] for layer in model.layers if isinstance(layer, keras.layers.MaxPooling2D)]
    assert shapes == [(14, 10, 32), (7, 5, 64), (3, 2, 64)]
    assert model.output_shape == (None, 128)


def test_convolutions_keep_the_size_and_are_bent_and_the_last_layer_is_not():
    model = encoder(filters=(4, 6), feature_dim=5, activation="elu")
    first, second = (layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D))
    assert first.output.shape == (None, 28, 20, 4)
    assert (first.kernel.shape, second.kernel.shape) == ((3, 3, 3, 4), (3, 3, 4, 6))
    assert first.activation is second.activation is keras.activations.elu
    assert type(first.kernel_initializer).__name__ == "HeNormal"
    last = model.layers[-1]
    assert (last.units, last.activation) == (5, keras.activations.linear)


@pytest.mark.parametrize(
    ("shape", "pooled"),
    [((1, 9, 1), 0), ((9, 1, 1), 0), ((2, 9, 1), 1), ((2, 2, 1), 1), ((4, 4, 1), 2), ((16, 16, 1), 3)],
)
def test_an_image_of_one_row_or_column_is_not_halved(shape, pooled):
    assert kinds(encoder(shape)).count("MaxPooling2D") == pooled


def test_dropout_stands_before_the_dense_layer_alone():
    model = encoder(filters=(4,), dropout=0.25)
    assert kinds(model) == ["Conv2D", "MaxPooling2D", "Flatten", "Dropout", "Dense"]
    assert model.layers[-2].rate == 0.25
    assert "Dropout" not in kinds(encoder(filters=(4,)))


def test_layers_have_names():
    names = [layer.name for layer in encoder(filters=(4, 4), dropout=0.5).layers[1:]]
    assert names == [
        "encoder_conv_0",
        "encoder_pool_0",
        "encoder_conv_1",
        "encoder_pool_1",
        "encoder_flatten",
        "encoder_dropout",
        "encoder_dense",
    ]


@pytest.mark.parametrize("shape", [(8,), (8, 8), (8, 8, 8, 1)])
def test_what_is_no_image_is_refused(shape):
    with pytest.raises(InvalidArgumentError, match="`input_shape` must be .height, width"):
        conv(keras.Input(shape))
