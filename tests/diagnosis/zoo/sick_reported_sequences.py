"""Failures of networks on sequences, as people report them."""

import keras
import numpy as np
from keras import Sequential, layers
from keras.optimizers import SGD, Adam

from . import data
from .program import Built, sick


@sick(
    {"unscaled-inputs", "exploding-gradients"},
    "an LSTM with relu in place of tanh on values in the hundreds",
    first={"unscaled-inputs", "exploding-gradients"},
)
def exploding_lstm(seed: int) -> Built:
    x, y, (xv, yv) = data.waves(seed, window=40)
    model = Sequential([keras.Input((40, 1)), layers.LSTM(32, activation="relu"), layers.Dense(1)])
    model.compile(SGD(0.01), "mse")
    return model, 200 * x, y, {"batch_size": 32, "epochs": 4, "validation_data": (200 * xv, yv)}


@sick(
    {"unscaled-inputs", "unscaled-targets"},
    "an LSTM on raw quotes around 1500: its gates saturate and it returns a constant",
)
def raw_stock_quotes(seed: int) -> Built:
    x, y, (xv, yv) = data.waves(seed)
    model = Sequential([keras.Input((24, 1)), layers.LSTM(24), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    validation = (1500 + 120 * xv, 1500 + 120 * yv)
    return model, 1500 + 120 * x, 1500 + 120 * y, {"batch_size": 32, "epochs": 8, "validation_data": validation}


@sick(
    {"vanishing-gradients"},
    "the class is decided by the first of 80 steps, and a small recurrence forgets it",
    first={"vanishing-gradients", "initializer-mismatch"},
)
def forgetful_recurrence(seed: int) -> Built:
    generator = np.random.default_rng(seed)
    x = (0.3 * generator.normal(size=(800, 80, 1))).astype("float32")
    y = np.arange(800) % 2
    x[:, 0, 0] = 2 * y - 1
    x, y, validation = data.split(x, y, seed)
    small = keras.initializers.RandomNormal(stddev=0.1)
    recurrent = layers.SimpleRNN(16, recurrent_initializer=small)
    model = Sequential([keras.Input((80, 1)), recurrent, layers.Dense(1, activation="sigmoid")])
    model.compile(Adam(0.003), "binary_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 8, "validation_data": validation}


@sick({"unscaled-inputs"}, "word numbers up to 20 000 go into a dense layer, without an embedding")
def word_numbers_as_inputs(seed: int) -> Built:
    x, y, (xv, yv) = data.tokens(seed)
    numbers = np.random.default_rng(seed).permutation(20_000)[:200].astype("float32")
    model = Sequential([keras.Input((20,)), layers.Dense(32, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model, numbers[x], y, {"batch_size": 32, "epochs": 10, "validation_data": (numbers[xv], yv)}


@sick({"loss-output-mismatch"}, "softmax over the steps of a sequence, where it should be over the classes")
def softmax_over_time(seed: int) -> Built:
    generator = np.random.default_rng(seed)
    x = generator.integers(0, 12, (800, 10))
    x, y, validation = data.split(x.astype("int32"), x // 4, seed)
    model = Sequential(
        [
            keras.Input((10,), dtype="int32"),
            layers.Embedding(12, 16),
            layers.GRU(16, return_sequences=True),
            layers.Dense(3),
            layers.Softmax(axis=1),
        ]
    )
    model.compile(Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 8, "validation_data": validation}


@sick(
    {"overfitting"},
    "a large embedding learns 150 reviews by heart",
    stage="after",
    first={"overfitting", "few-samples-per-class"},
)
def reviews_by_heart(seed: int) -> Built:
    generator = np.random.default_rng(seed)
    x, y, (xv, yv) = data.tokens(seed)
    y, yv = (np.where(generator.random(len(t)) < 0.2, 1 - t, t) for t in (y, yv))
    model = Sequential(
        [
            keras.Input((20,), dtype="int32"),
            layers.Embedding(200, 64),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model, x[:150], y[:150], {"batch_size": 16, "epochs": 30, "validation_data": (xv, yv)}


@sick(
    {"class-imbalance", "prediction-collapse", "never-predicted-class"},
    "one fault in fifty windows: 98 % accuracy by never reporting one",
    stage="after",
)
def faults_never_reported(seed: int) -> Built:
    generator = np.random.default_rng(seed)
    y = (np.arange(2000) % 50 == 0).astype("int64")
    x = generator.normal(size=(2000, 16, 1)) + 0.25 * y[:, None, None]
    x, y, validation = data.split(x.astype("float32"), y, seed)
    model = Sequential([keras.Input((16, 1)), layers.GRU(8), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 64, "epochs": 6, "validation_data": validation}
