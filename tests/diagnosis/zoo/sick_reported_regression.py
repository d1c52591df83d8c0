"""Failures of regressions, as people report them."""

import keras
import numpy as np
from keras import Sequential, layers, ops
from keras.optimizers import SGD, Adam

from . import data
from .program import Built, sick


def taught(
    seed: int, readout: str | None, *, loss: object = "mse", optimizer: object = None, **arguments: object
) -> Built:
    """Returns a network with the standardised targets of a teacher; arguments: shift, scale, metrics, epochs."""
    x, y = data.teacher(seed)
    target = (arguments.pop("shift", 0.0) + arguments.pop("scale", 1.0) * y).astype("float32")
    x, y, validation = data.split(x, target, seed)
    model = Sequential([keras.Input((10,)), layers.Dense(48, activation="relu"), layers.Dense(1, activation=readout)])
    model.compile(optimizer or Adam(0.003), loss, metrics=arguments.pop("metrics", ["mae"]))
    return model, x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation, **arguments}


@sick({"loss-output-mismatch", "redundant-activation"}, "softmax on the single output of a regression")
def regression_by_softmax(seed: int) -> Built:
    return taught(seed, "softmax", shift=3.0)


@sick({"unscaled-targets", "redundant-activation", "loss-output-mismatch"}, "sigmoid readout for targets around 20")
def regression_by_sigmoid(seed: int) -> Built:
    return taught(seed, "sigmoid", shift=20.0, scale=5.0)


@sick({"unscaled-targets", "redundant-activation", "loss-output-mismatch"}, "tanh readout for a sine of amplitude 5")
def sine_by_tanh(seed: int) -> Built:
    x, y, (xv, yv) = data.sine(seed)
    model = Sequential([keras.Input((1,)), layers.Dense(64, activation="tanh"), layers.Dense(1, activation="tanh")])
    model.compile(Adam(0.005), "mse")
    return model, x, 5 * y, {"batch_size": 32, "epochs": 25, "validation_data": (xv, 5 * yv)}


@sick(
    {"redundant-activation", "unscaled-targets", "loss-output-mismatch"},
    "relu readout for targets of which half are negative",
)
def negative_targets_by_relu(seed: int) -> Built:
    return taught(seed, "relu")


@sick(
    {"loss-output-mismatch"},
    "binary cross-entropy for real targets",
    first={"loss-output-mismatch", "labels-out-of-range", "unscaled-targets"},
)
def regression_by_cross_entropy(seed: int) -> Built:
    return taught(seed, "sigmoid", loss="binary_crossentropy")


@sick({"metric-mismatch"}, "accuracy stays at 0 in a regression that is sound otherwise", stage="after")
def accuracy_stays_at_zero(seed: int) -> Built:
    return taught(seed, None, metrics=["accuracy"])


@sick(
    {"unscaled-targets", "unscaled-inputs"},
    "raw columns and raw prices under squared error",
)
def house_prices(seed: int) -> Built:
    x, y, validation = data.split(*data.houses(seed), seed)
    model = Sequential([keras.Input((5,)), layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu")])
    model.add(layers.Dense(1))
    model.compile("adam", "mse", metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}


@sick(
    {"unscaled-targets", "learning-rate-too-high", "exploding-gradients"},
    "prices under SGD: the loss is NaN after a few steps",
    stage="after",
    first={"unscaled-targets", "learning-rate-too-high", "exploding-gradients"},
)
def house_prices_by_sgd(seed: int) -> Built:
    x, y = data.houses(seed)
    x, y, validation = data.split(data.standardized(x), y, seed)
    model = Sequential([keras.Input((5,)), layers.Dense(64, activation="relu"), layers.Dense(1)])
    model.compile(SGD(0.01), "mse", metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 8, "validation_data": validation}


@sick({"unscaled-inputs"}, "five raw columns from 1 to 60 000 for targets of unit scale")
def raw_columns(seed: int) -> Built:
    x, y = data.houses(seed)
    x, y, validation = data.split(x, data.standardized(y), seed)
    model = Sequential([keras.Input((5,)), layers.Dense(32, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@sick({"missing-nonlinearity"}, "a sine by a stack of linear layers")
def sine_by_lines(seed: int) -> Built:
    x, y, validation = data.sine(seed)
    model = Sequential([keras.Input((1,)), layers.Dense(64), layers.Dense(64), layers.Dense(1)])
    model.compile(Adam(0.005), "mse", metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 25, "validation_data": validation}


def square_of_differences(y: keras.KerasTensor, predicted: keras.KerasTensor) -> keras.KerasTensor:
    """Returns a mean over every pair of rows: [batch, 1] minus [batch] is [batch, batch]."""
    return ops.mean(ops.square(y - ops.squeeze(predicted, -1)))


@sick(
    {"broadcast-loss", "input-independent-loss", "identical-outputs", "cannot-overfit-batch", "loss-not-decreasing"},
    "a loss of one's own broadcasts its axes, and teaches the mean",
    stage="after",
)
def loss_over_the_wrong_axis(seed: int) -> Built:
    return taught(seed, None, loss=square_of_differences)


@sick(
    {"learning-rate-too-low", "slow-convergence"},
    "SGD at 1e-6",
    stage="after",
)
def rate_of_a_millionth(seed: int) -> Built:
    return taught(seed, None, optimizer=SGD(1e-6))


@sick(
    {
        "learning-rate-too-high",
        "oscillating-loss",
        "diverging-loss",
        "nonfinite-loss",
        "exploding-gradients",
        "dead-units",
    },
    "momentum 0.99 at a rate of 0.1",
    stage="after",
    first={"learning-rate-too-high", "exploding-gradients"},
)
def momentum_too_high(seed: int) -> Built:
    return taught(seed, None, optimizer=SGD(0.1, momentum=0.99))


@sick(
    {"misaligned-labels", "input-independent-loss", "loss-not-decreasing", "overfitting"},
    "inputs were shuffled and targets were not",
    stage="after",
)
def targets_of_other_rows(seed: int) -> Built:
    model, x, y, arguments = taught(seed, None, epochs=25)
    return model, np.random.default_rng(seed).permutation(x), y, arguments


@sick({"unadapted-normalization", "unscaled-inputs"}, "Normalization was put in front and never adapted")
def normalization_never_adapted(seed: int) -> Built:
    x, y = data.houses(seed)
    x, y, validation = data.split(x, data.standardized(y), seed)
    model = Sequential(
        [keras.Input((5,)), layers.Normalization(), layers.Dense(32, activation="relu"), layers.Dense(1)]
    )
    model.compile("adam", "mse", metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}
