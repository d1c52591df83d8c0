"""The encoder `mlp`, layer by layer."""

import keras
import pytest

from keras_stable.models.encoders.mlp_encoder import mlp


def encoder(shape=(8,), **arguments):
    inputs = keras.Input(shape)
    return keras.Model(inputs, mlp(inputs, **arguments))


def of_kind(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


def test_widths_are_those_that_were_asked_for():
    assert [layer.units for layer in of_kind(encoder(), keras.layers.Dense)] == [128, 64]
    assert encoder(hidden_units=(5, 4, 3)).output_shape == (None, 3)


def test_all_layers_but_the_last_are_bent():
    layers = of_kind(encoder(hidden_units=(5, 4, 3), activation="elu"), keras.layers.Dense)
    assert [layer.activation.__name__ for layer in layers] == ["elu", "elu", "linear"]
    kinds = [type(layer.kernel_initializer).__name__ for layer in layers]
    assert kinds == ["HeNormal", "HeNormal", "GlorotUniform"]
    assert of_kind(encoder(), keras.layers.Dense)[0].activation is keras.activations.relu


def test_a_single_layer_is_linear():
    [layer] = of_kind(encoder(hidden_units=(5,), dropout=0.5), keras.layers.Dense)
    assert layer.activation is keras.activations.linear


@pytest.mark.parametrize(("shape", "flattened"), [((8,), 0), ((4, 2), 1), ((4, 2, 3), 1)])
def test_what_has_axes_is_flattened(shape, flattened):
    model = encoder(shape)
    assert len(of_kind(model, keras.layers.Flatten)) == flattened
    assert model.output_shape == (None, 64)


def test_dropout_stands_between_layers_and_not_before_the_first():
    model = encoder(hidden_units=(5, 4, 3), dropout=0.25)
    assert [layer.name for layer in model.layers[1:]] == [
        "encoder_dense_0",
        "encoder_dropout_1",
        "encoder_dense_1",
        "encoder_dropout_2",
        "encoder_dense_2",
    ]
    assert {layer.rate for layer in of_kind(model, keras.layers.Dropout)} == {0.25}
    assert not of_kind(encoder(), keras.layers.Dropout)
