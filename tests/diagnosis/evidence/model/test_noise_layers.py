"""Every kind of layer with noise, off and on again."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_stable.diagnosis.evidence.model.noise_layers import without_noise


def noisy_model():
    tokens = keras.Input((4,))
    x = layers.Embedding(5, 4)(tokens)
    x = layers.MultiHeadAttention(2, 2, dropout=0.4)(x, x)
    x = layers.SpatialDropout1D(0.3)(layers.GaussianNoise(1)(x))
    x = layers.LSTM(3, dropout=0.2, recurrent_dropout=0.1)(x)
    return keras.Model(tokens, layers.GaussianDropout(0.3)(layers.AlphaDropout(0.2)(layers.Dropout(0.5)(x))))


@pytest.mark.parametrize("error", [None, ValueError])
def test_noise_is_off_within_and_on_after(error):
    model, tokens = noisy_model(), np.arange(8).reshape(2, 4) % 5
    expected = np.array(model(tokens, training=False))

    def measure():
        with without_noise(model):
            np.testing.assert_allclose(model(tokens, training=True), expected, atol=1e-6)
            if error:
                raise error

    if error:
        with pytest.raises(error):
            measure()
    else:
        measure()
    assert not np.allclose(model(tokens, training=True), expected, atol=1e-3)
    assert [layer.rate for layer in model.layers if hasattr(layer, "rate")] == [0.3, 0.5, 0.2, 0.3]
    noise = next(layer for layer in model.layers if isinstance(layer, layers.GaussianNoise))
    assert noise.stddev == 1
