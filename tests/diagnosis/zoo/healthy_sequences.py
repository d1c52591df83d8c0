"""Healthy networks on sequences and text."""

import keras
import numpy as np
from keras import Sequential, layers

from . import data
from .program import Built, healthy


@healthy
def lstm_order(seed: int) -> Built:
    x, y, validation = data.order(seed)
    model = Sequential([keras.Input((12, 2)), layers.LSTM(24), layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}


@healthy
def gru_stack(seed: int) -> Built:
    x, y, validation = data.order(seed)
    model = Sequential(
        [
            keras.Input((12, 2)),
            layers.GRU(24, return_sequences=True),
            layers.GRU(16),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 9, "validation_data": validation}


@healthy
def bidirectional_text(seed: int) -> Built:
    x, y, validation = data.tokens(seed)
    model = Sequential(
        [
            keras.Input((20,), dtype="int32"),
            layers.Embedding(200, 16, mask_zero=True),
            layers.Bidirectional(layers.LSTM(16)),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 4, "validation_data": validation}


@healthy
def embedding_pooling(seed: int) -> Built:
    x, y, validation = data.tokens(seed, topics=4)
    model = Sequential(
        [
            layers.Embedding(200, 16),
            layers.GlobalAveragePooling1D(),
            layers.Dense(16, activation="relu"),
            layers.Dense(4, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 12, "validation_data": validation}


@healthy
def text_convolution(seed: int) -> Built:
    x, y, validation = data.tokens(seed, topics=3)
    model = Sequential(
        [
            keras.Input((20,), dtype="int32"),
            layers.Embedding(200, 24),
            layers.Dropout(0.2),
            layers.Conv1D(32, 3, activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 8, "validation_data": validation}


class Positions(keras.layers.Layer):
    """Adds a learnt vector to every position."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes one vector a position."""
        self.table = self.add_weight(shape=input_shape[1:], initializer="uniform", name="table")

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the inputs with their positions."""
        return inputs + self.table


@healthy
def transformer_block(seed: int) -> Built:
    x, y, validation = data.tokens(seed, topics=3)
    inputs = keras.Input((20,), dtype="int32")
    h = Positions()(layers.Embedding(200, 24)(inputs))
    attended = layers.MultiHeadAttention(2, 12, dropout=0.1)(h, h)
    h = layers.LayerNormalization()(layers.add([h, attended]))
    fed = layers.Dense(24)(layers.Dense(48, activation="gelu")(h))
    h = layers.LayerNormalization()(layers.add([h, layers.Dropout(0.1)(fed)]))
    outputs = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling1D()(h))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 6, "validation_data": validation}


@healthy
def token_tagging(seed: int) -> Built:
    generator = np.random.default_rng(seed)
    x = generator.integers(0, 12, (1000, 10))
    before = np.concatenate([np.zeros((1000, 1), int), x[:, :-1]], 1)
    x, y, validation = data.split(x.astype("int32"), np.where(x < 6, 0, 1 + before // 6), seed)
    model = Sequential(
        [
            keras.Input((10,), dtype="int32"),
            layers.Embedding(12, 16),
            layers.GRU(32, return_sequences=True),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 10, "validation_data": validation}


@healthy
def forecast_lstm(seed: int) -> Built:
    x, y, validation = data.waves(seed)
    model = Sequential([keras.Input((24, 1)), layers.LSTM(24), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.005), "mse", metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 12, "validation_data": validation}


@healthy
def forecast_causal_convolution(seed: int) -> Built:
    x, y, validation = data.waves(seed)
    model = Sequential([keras.Input((24, 1))])
    for rate in (1, 2, 4):
        model.add(layers.Conv1D(16, 2, padding="causal", dilation_rate=rate, activation="relu"))
    model.add(layers.Flatten())
    model.add(layers.Dense(1))
    model.compile(keras.optimizers.Adam(0.003), "mae")
    return model, x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}


@healthy
def forecast_dense_window(seed: int) -> Built:
    x, y, (xv, yv) = data.waves(seed)
    model = Sequential([layers.Dense(32, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    return model, x[..., 0], y, {"batch_size": 32, "epochs": 20, "validation_data": (xv[..., 0], yv)}


@healthy
def clipped_simple_rnn(seed: int) -> Built:
    x, y, validation = data.order(seed, length=8)
    model = Sequential([keras.Input((8, 2)), layers.SimpleRNN(24), layers.Dense(1, activation="sigmoid")])
    optimizer = keras.optimizers.Adam(0.005, global_clipnorm=1.0)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}
