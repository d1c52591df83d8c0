"""Failures that end in NaN or infinity, as people report them."""

import keras
import numpy as np
from keras import Sequential, layers, ops
from keras.optimizers import SGD, Adam

from . import data
from .program import Built, sick


def digits(seed: int, model: keras.Model, loss: object, optimizer: object, scale: float = 1.0) -> Built:
    """Returns the model with the digits, their labels one-hot."""
    x, y, (xv, yv) = data.real("digits", seed)
    model.compile(optimizer, loss, metrics=["accuracy"])
    arguments = {"batch_size": 32, "epochs": 8, "validation_data": (scale * xv, data.one_hot(yv, 10))}
    return model, scale * x, data.one_hot(y, 10), arguments


def own_cross_entropy(y: keras.KerasTensor, predicted: keras.KerasTensor) -> keras.KerasTensor:
    """Returns -sum(y log p), with no bound on p."""
    return -ops.sum(y * ops.log(predicted), axis=-1)


@sick(
    {"nonfinite-loss", "nonfinite-gradients", "unscaled-inputs"},
    "a cross-entropy of one's own takes the logarithm of a probability that is 0",
)
def logarithm_of_zero(seed: int) -> Built:
    model = Sequential(
        [keras.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")]
    )
    return digits(seed, model, own_cross_entropy, SGD(0.1), scale=255.0)


@sick(
    {"nonfinite-loss", "nonfinite-gradients", "loss-output-mismatch", "redundant-activation"},
    "the same loss over a relu readout that is 0 for some class at once",
)
def logarithm_of_a_relu(seed: int) -> Built:
    model = Sequential([keras.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(10, activation="relu")])
    return digits(seed, model, own_cross_entropy, Adam(0.001))


@sick({"nonfinite-inputs"}, "columns were divided by their deviation, and one never varies")
def division_by_zero_deviation(seed: int) -> Built:
    x, y, (xv, yv) = data.real("wine", seed)
    x[:, 4] = xv[:, 4] = 3.0
    mean, deviation = x.mean(0), x.std(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        x, xv = ((part - mean) / np.where(np.arange(13) == 4, 0, deviation) for part in (x, xv))
    model = Sequential([keras.Input((13,)), layers.Dense(32, activation="relu"), layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    arguments = {"batch_size": 16, "epochs": 10, "validation_data": (xv.astype("float32"), yv)}
    return model, x.astype("float32"), y, arguments


@sick({"nonfinite-inputs"}, "one empty cell of a csv file: the loss is NaN from the first epoch on", stage="after")
def empty_cell(seed: int) -> Built:
    x, y, validation = data.split(*data.teacher(seed), seed)
    x[731 % len(x), 3] = np.nan
    model = Sequential([keras.Input((10,)), layers.Dense(32, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 6, "validation_data": validation}


@sick({"nonfinite-labels"}, "targets became infinite when they were divided by a count of 0")
def infinite_targets(seed: int) -> Built:
    x, y, validation = data.split(*data.teacher(seed), seed)
    y[5::300] = np.inf
    model = Sequential([keras.Input((10,)), layers.Dense(32, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mae")
    return model, x, y, {"batch_size": 32, "epochs": 6, "validation_data": validation}


@sick({"nonfinite-activations"}, "rows are divided by their sum inside the model, and some rows are empty")
def rows_divided_by_their_sum(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    x[::97] = 0.0
    inputs = keras.Input((64,))
    share = inputs / ops.sum(inputs, axis=-1, keepdims=True)
    h = layers.Dense(64, activation="relu")(share * 64.0)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(h))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 8, "validation_data": validation}


@sick(
    {"nonfinite-activations", "unscaled-inputs", "nonfinite-loss"},
    "an exponential readout on raw columns is 0 or infinite",
)
def exponential_overflow(seed: int) -> Built:
    x, y = data.houses(seed)
    x, y, validation = data.split(x, np.round(y / 1e5), seed)
    model = Sequential(
        [keras.Input((5,)), layers.Dense(32, activation="relu"), layers.Dense(1, activation="exponential")]
    )
    model.compile(Adam(0.001), "poisson")
    return model, x, y, {"batch_size": 32, "epochs": 6, "validation_data": validation}


class UnitLength(keras.layers.Layer):
    """Divides rows by their length; a row of zeros gets a gradient that is NaN."""

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Returns rows of length 1, and rows of zeros as they are."""
        length = ops.sqrt(ops.sum(ops.square(inputs), axis=-1, keepdims=True))
        return ops.where(length > 0, inputs / length, 0.0)


@sick(
    {"nonfinite-gradients"},
    "features are set to unit length by a layer that is right forwards and NaN backwards",
    first={"nonfinite-gradients", "nonfinite-loss"},
)
def unit_length_of_nothing(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    x[::50] = 0.0
    features = layers.Dense(64, activation="tanh", use_bias=False)
    model = Sequential([keras.Input((64,)), features, UnitLength(), layers.Dense(10, activation="softmax")])
    model.compile(Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=True)
    return model, x, y, {"batch_size": 32, "epochs": 8, "validation_data": validation}


def relative_error(y: keras.KerasTensor, predicted: keras.KerasTensor) -> keras.KerasTensor:
    """Returns |y - p| / |y|, which has no bound where y is 0."""
    return ops.mean(ops.abs((y - predicted) / y), axis=-1)


@sick(
    {"nonfinite-loss", "nonfinite-gradients"},
    "a relative error of one's own divides by targets that are 0",
    stage="after",
)
def relative_error_of_zero(seed: int) -> Built:
    x, y, validation = data.split(*data.teacher(seed), seed)
    y = np.maximum(y, 0)
    model = Sequential([keras.Input((10,)), layers.Dense(32, activation="relu"), layers.Dense(1)])
    model.compile("adam", relative_error, metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 6, "validation_data": validation}
