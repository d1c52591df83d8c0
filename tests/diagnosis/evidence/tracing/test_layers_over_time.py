"""The layers that mix steps."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.tracing.layers_over_time import time_layers
from keras_stable.diagnosis.evidence.tracing.recording import record

RNG = np.random.default_rng(0)
SERIES = RNG.normal(size=(6, 8, 3)).astype("float32")
SERIES[:, 6:] = 0
IDS = RNG.integers(1, 9, (6, 8))
IDS[:, 4:] = 0


def seen(model, x):
    return time_layers(record(model, [Batch(x, np.zeros(len(x)))]))


def of(*stack, x=SERIES, dtype="float32"):
    return seen(keras.Sequential([keras.Input(x.shape[1:], dtype=dtype), *stack]), x)


@pytest.mark.parametrize(
    ("layer", "mixing", "last"),
    [
        (layers.LSTM(2), "recurrent", True),
        (layers.GRU(2, return_sequences=True), "recurrent", False),
        (layers.SimpleRNN(2, go_backwards=True), "backwards", True),
        (layers.Bidirectional(layers.LSTM(2)), "bidirectional", True),
        (layers.RNN(layers.LSTMCell(2)), "recurrent", True),
        (layers.Conv1D(2, 3), "convolution", False),
        (layers.GlobalAveragePooling1D(), "average", True),
        (layers.Lambda(lambda v: keras.ops.mean(v, axis=1)), "average", True),
        (layers.GlobalMaxPooling1D(name="maximum"), "maximum", True),
    ],
)
def test_how_they_mix(layer, mixing, last):
    (found,) = of(layer)
    assert (found.mixing, found.last, found.steps, found.features, found.source) == (mixing, last, 8, 3, "input")
    assert np.isnan(found.hidden)


def test_a_mask_and_where_it_is_lost():
    masked = layers.Masking(0.0, name="mask")
    (found,) = of(masked, layers.LSTM(2))
    assert found.hidden == 0.25
    lost, lstm = of(masked, layers.Conv1D(3, 2, padding="same", name="conv"), layers.LSTM(2))
    assert (lost.mixing, lstm.mixing) == ("convolution", "recurrent")
    assert np.isnan(lstm.hidden)
    assert lstm.lost == "conv"


def test_ids_that_are_looked_up():
    (found,) = of(layers.Embedding(9, 4, name="words", mask_zero=True), layers.LSTM(2), x=IDS, dtype="int32")
    assert (found.source, found.hidden, found.features) == ("words", 0.5, 4)


def test_attention_in_a_model_of_ones_own():
    class Attends(keras.Model):
        def __init__(self):
            super().__init__()
            self.words = layers.Embedding(9, 4)
            self.attention = layers.MultiHeadAttention(1, 4)

        def call(self, ids):
            h = self.words(ids)
            return keras.ops.mean(self.attention(h, h, attention_mask=(ids != 0)[:, None, :]), axis=1)

    attention, average = seen(Attends(), IDS)
    assert (attention.mixing, attention.hidden) == ("attention", 0.5)
    assert average.mixing == "average"


@pytest.mark.parametrize("reshaped", [layers.Reshape((1, 8)), layers.Lambda(lambda v: v[:, None])])
def test_a_table_that_becomes_one_step(reshaped):
    (found,) = of(reshaped, layers.LSTM(2), x=SERIES[..., 0])
    assert (found.steps, found.features) == (1, 8)


def test_steps_end_where_they_become_features():
    assert of(layers.Flatten(), layers.Dense(4), layers.Reshape((2, 2)), layers.LSTM(2)) == ()


def test_a_state_to_begin_with():
    inputs, state = keras.Input((8, 3)), keras.Input((2,))
    model = keras.Model([inputs, state], layers.GRU(2)(inputs, initial_state=state))
    (found,) = seen(model, [SERIES, SERIES[:, 0, :2]])
    assert found.begun
