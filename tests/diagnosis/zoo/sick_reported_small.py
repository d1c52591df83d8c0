"""Failures of first steps, as people report them: exclusive or, circles, flowers."""

import keras
import numpy as np
from keras import Sequential, layers
from keras.optimizers import SGD, Adam

from . import data
from .program import Built, sick


def xor_program(model: keras.Model, optimizer: object, loss: str, epochs: int, batch_size: int = 4) -> Built:
    """Returns the model, compiled, with the four corners."""
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model, *data.xor(), {"batch_size": batch_size, "epochs": epochs}


def net(hidden: int, activation: str | None, readout: str | None) -> keras.Model:
    """Returns a network of two inputs, one hidden layer and one output."""
    return Sequential(
        [layers.Dense(hidden, input_shape=(2,), activation=activation), layers.Dense(1, activation=readout)]
    )


@sick(
    {"redundant-activation", "loss-output-mismatch", "dead-units", "zero-gradients"},
    "relu on the readout of exclusive or under squared error",
)
def xor_relu_readout(seed: int) -> Built:
    return xor_program(net(2, "relu", "relu"), SGD(0.1), "mse", 300)


@sick({"loss-output-mismatch"}, "softmax over the single output of exclusive or")
def xor_softmax_readout(seed: int) -> Built:
    return xor_program(net(8, "tanh", "softmax"), Adam(0.01), "binary_crossentropy", 150)


@sick({"bottleneck", "cannot-overfit-batch", "dead-units"}, "a single hidden unit cannot hold exclusive or")
def xor_one_hidden_unit(seed: int) -> Built:
    return xor_program(net(1, "relu", "sigmoid"), Adam(0.05), "binary_crossentropy", 200)


@sick({"missing-nonlinearity"}, "the hidden layer of exclusive or has no activation")
def xor_linear_hidden(seed: int) -> Built:
    return xor_program(net(8, None, "sigmoid"), Adam(0.05), "binary_crossentropy", 150)


@sick(
    {"slow-convergence", "learning-rate-too-low"},
    "exclusive or with SGD at its default rate for 100 epochs",
    stage="after",
)
def xor_default_sgd(seed: int) -> Built:
    return xor_program(net(8, "tanh", "sigmoid"), "sgd", "binary_crossentropy", 100)


@sick({"loss-output-mismatch"}, "categorical cross-entropy of one sigmoid output is always 0")
def xor_categorical_loss(seed: int) -> Built:
    return xor_program(net(8, "relu", "sigmoid"), Adam(0.01), "categorical_crossentropy", 100)


@sick(
    {"learning-rate-too-high", "saturated-activations", "dead-units", "oscillating-loss"},
    "exclusive or with SGD at 10",
    stage="after",
    first={"learning-rate-too-high"},
)
def xor_rate_of_ten(seed: int) -> Built:
    return xor_program(net(8, "relu", "sigmoid"), SGD(10.0), "mse", 150)


@sick({"loss-output-mismatch", "redundant-activation", "unscaled-targets"}, "tanh readout under binary cross-entropy")
def xor_tanh_readout(seed: int) -> Built:
    return xor_program(net(8, "relu", "tanh"), Adam(0.01), "binary_crossentropy", 100)


@sick({"labels-out-of-range", "loss-output-mismatch"}, "labels are -1 and 1 under binary cross-entropy")
def signs_under_cross_entropy(seed: int) -> Built:
    x, y, (xv, yv) = data.moons(seed)
    model = net(32, "relu", "sigmoid")
    model.compile(Adam(0.005), "binary_crossentropy", metrics=["accuracy"])
    return model, x, 2 * y - 1, {"batch_size": 32, "epochs": 15, "validation_data": (xv, 2 * yv - 1)}


@sick(
    {"loss-output-mismatch"},
    "three classes as 0, 1, 2 on one sigmoid output",
    first={"loss-output-mismatch", "labels-out-of-range"},
)
def three_classes_one_sigmoid(seed: int) -> Built:
    x, y, validation = data.real("iris", seed)
    model = Sequential([keras.Input((4,)), layers.Dense(16, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 16, "epochs": 40, "validation_data": validation}


@sick(
    {"labels-out-of-range", "loss-output-mismatch"},
    "class ids against ten outputs under squared error are stretched silently",
)
def ids_against_ten_outputs(seed: int) -> Built:
    x, y, (xv, yv) = data.real("digits", seed)
    model = Sequential(
        [keras.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")]
    )
    model.compile("adam", "mse", metrics=["accuracy"])
    validation = (xv, yv[:, None])
    return model, x, y[:, None], {"batch_size": 32, "epochs": 12, "validation_data": validation}


@sick({"missing-nonlinearity"}, "two circles, and layers whose activation was forgotten")
def circles_without_activation(seed: int) -> Built:
    generator = np.random.default_rng(seed)
    y = np.arange(900) % 2
    angle, radius = generator.uniform(0, 6.3, 900), 0.6 + 0.9 * y + 0.1 * generator.normal(size=900)
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).astype("float32")
    x, y, validation = data.split(x, y, seed)
    model = Sequential([layers.Dense(100), layers.Dense(10), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 25, "validation_data": validation}


@sick(
    {"slow-convergence", "learning-rate-too-low"},
    "the batch is larger than the iris set, and 10 epochs are 10 steps",
    stage="after",
)
def batch_above_the_data(seed: int) -> Built:
    x, y, validation = data.real("iris", seed)
    model = Sequential([keras.Input((4,)), layers.Dense(16, activation="relu"), layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 256, "epochs": 10, "validation_data": validation}


@sick(
    {"unseen-classes", "unshuffled-data", "never-predicted-class", "overfitting"},
    "iris lies class by class: the split holds out a whole class",
    stage="after",
)
def held_out_last_class(seed: int) -> Built:
    x, y, _ = data.real("iris", seed)
    rows = np.argsort(y, kind="stable")
    model = Sequential([keras.Input((4,)), layers.Dense(16, activation="relu"), layers.Dense(3, activation="softmax")])
    model.compile(Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x[rows], y[rows], {"batch_size": 16, "epochs": 30, "validation_split": 0.34}
