"""Failures of image classifiers, as people report them."""

import keras
import numpy as np
from keras import Sequential, layers
from keras.optimizers import SGD, Adam

from . import data
from .program import Built, sick


def digits(seed: int, model: keras.Model, loss: object, optimizer: object = "adam", **arguments: object) -> Built:
    """Returns the model with the digits; labels are one-hot unless the loss takes ids."""
    x, y, (xv, yv) = data.real("digits", seed)
    if "sparse" not in str(getattr(loss, "name", loss)):
        y, yv = data.one_hot(y, 10), data.one_hot(yv, 10)
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 12, "validation_data": (xv, yv), **arguments}


def dense(readout: str | None, hidden: str | None = "relu", depth: int = 1, **arguments: object) -> keras.Model:
    """Returns a dense network for the digits."""
    model = Sequential([keras.Input((64,))])
    for _ in range(depth):
        model.add(layers.Dense(64, activation=hidden, **arguments))
    model.add(layers.Dense(10, activation=readout))
    return model


@sick(
    {"unscaled-inputs"},
    "pixels from 0 to 255 under SGD",
    first={"unscaled-inputs", "exploding-gradients", "learning-rate-too-high"},
)
def pixels_up_to_255(seed: int) -> Built:
    x, y, (xv, yv) = data.real("digits", seed)
    model = dense("softmax", "relu", 3)
    model.compile(SGD(0.01), "categorical_crossentropy", metrics=["accuracy"])
    validation = (255 * xv, data.one_hot(yv, 10))
    return model, 255 * x, data.one_hot(y, 10), {"batch_size": 32, "epochs": 10, "validation_data": validation}


@sick({"loss-output-mismatch", "redundant-activation"}, "relu readout under categorical cross-entropy")
def relu_readout(seed: int) -> Built:
    return digits(seed, dense("relu"), "categorical_crossentropy")


@sick({"loss-output-mismatch"}, "sigmoid readout under categorical cross-entropy")
def sigmoid_readout(seed: int) -> Built:
    return digits(seed, dense("sigmoid"), "categorical_crossentropy")


@sick({"loss-output-mismatch"}, "squared error for ten classes under SGD")
def squared_error_for_classes(seed: int) -> Built:
    return digits(seed, dense("softmax"), "mean_squared_error", SGD(0.01))


@sick({"loss-output-mismatch"}, "binary cross-entropy over a softmax of ten classes")
def binary_loss_for_ten_classes(seed: int) -> Built:
    return digits(seed, dense("softmax"), "binary_crossentropy")


@sick({"loss-output-mismatch"}, "from_logits=True over a softmax")
def logits_that_are_probabilities(seed: int) -> Built:
    return digits(seed, dense("softmax"), keras.losses.SparseCategoricalCrossentropy(from_logits=True))


@sick({"loss-output-mismatch"}, "a linear readout under a loss that expects probabilities")
def probabilities_that_are_logits(seed: int) -> Built:
    return digits(seed, dense(None), "sparse_categorical_crossentropy")


@sick({"redundant-activation", "loss-output-mismatch"}, "a softmax layer behind a softmax readout")
def softmax_twice(seed: int) -> Built:
    model = dense("softmax")
    model.add(layers.Activation("softmax"))
    return digits(seed, model, "categorical_crossentropy", SGD(0.1))


@sick(
    {"redundant-activation", "loss-output-mismatch", "vanishing-gradients", "feature-collapse", "missing-nonlinearity"},
    "softmax as the activation of every hidden layer",
)
def softmax_in_hidden_layers(seed: int) -> Built:
    return digits(seed, dense("softmax", "softmax", 3), "categorical_crossentropy")


@sick({"missing-nonlinearity"}, "convolutions and a dense layer with no activation among them")
def convolutions_without_activation(seed: int) -> Built:
    x, y, validation = data.bars(seed)
    model = Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Conv2D(16, 3),
            layers.Conv2D(16, 3),
            layers.GlobalAveragePooling2D(),
            layers.Dense(16),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 12, "validation_data": validation}


@sick({"excess-dropout"}, "dropout of 0.9 before the readout of a convolutional net")
def convolutions_with_dropout_of_nine_tenths(seed: int) -> Built:
    x, y, validation = data.digit_images(seed)
    model = Sequential([keras.Input((8, 8, 1)), layers.Conv2D(8, 3, activation="relu"), layers.Dropout(0.9)])
    model.add(layers.Flatten())
    model.add(layers.Dense(24, activation="relu"))
    model.add(layers.Dropout(0.9))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 10, "validation_data": validation}


@sick({"slow-convergence", "learning-rate-too-low"}, "one epoch of SGD at 0.01", stage="after")
def one_epoch(seed: int) -> Built:
    return digits(seed, dense("softmax", "relu", 2), "categorical_crossentropy", SGD(0.01), epochs=1, batch_size=128)


@sick(
    {"vanishing-gradients", "initializer-mismatch"},
    "seven sigmoid layers under SGD stay at one class",
    stage="after",
    first={"vanishing-gradients", "initializer-mismatch", "feature-collapse"},
)
def deep_sigmoid(seed: int) -> Built:
    return digits(seed, dense("softmax", "sigmoid", 7), "categorical_crossentropy", SGD(0.01))


@sick({"symmetric-initialization", "zero-gradients"}, "all kernels start at zero")
def kernels_of_zero(seed: int) -> Built:
    return digits(seed, dense("softmax", "relu", 2, kernel_initializer="zeros"), "categorical_crossentropy")


@sick(
    {"initializer-mismatch", "exploding-gradients", "unnormalized-features"},
    "weights from a normal of deviation 1 in four relu layers",
    first={"initializer-mismatch", "exploding-gradients"},
)
def kernels_of_deviation_one(seed: int) -> Built:
    model = dense("softmax", "relu", 4, kernel_initializer=keras.initializers.RandomNormal(stddev=1.0))
    return digits(seed, model, "categorical_crossentropy", SGD(0.01))


@sick({"dead-units", "zero-gradients"}, "one update at a rate of 30 drove every hidden bias below its inputs")
def relu_layer_that_died(seed: int) -> Built:
    model = dense("softmax", "relu", 1, bias_initializer=keras.initializers.Constant(-30.0))
    return digits(seed, model, "categorical_crossentropy")


@sick(
    {"constant-features", "conflicting-labels", "identical-outputs", "input-independent-loss"},
    "the loader returns its first image for every row",
)
def one_image_for_all(seed: int) -> Built:
    x, y, (xv, yv) = data.digit_images(seed)
    x, xv = np.broadcast_to(x[:1], x.shape).copy(), np.broadcast_to(x[:1], xv.shape).copy()
    model = Sequential([keras.Input((8, 8, 1)), layers.Conv2D(16, 3, activation="relu"), layers.Flatten()])
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 8, "validation_data": (xv, yv)}


@sick(
    {"constant-features", "conflicting-labels", "input-independent-loss", "identical-outputs"},
    "integer pixels were divided by 255 with //",
)
def integer_division_of_pixels(seed: int) -> Built:
    x, y, validation = data.shape_images(seed)
    black = [((255 * image).astype("uint8") // 255).astype("float32") for image in (x, validation[0])]
    model = Sequential([keras.Input((16, 16, 1)), layers.Conv2D(16, 3, activation="relu"), layers.Flatten()])
    model.add(layers.Dense(3, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, black[0], y, {"batch_size": 32, "epochs": 8, "validation_data": (black[1], validation[1])}


@sick(
    {"redundant-activation", "excess-dropout"},
    "relu twice, and dropout before batch normalization and at the readout",
)
def layers_in_the_wrong_order(seed: int) -> Built:
    x, y, validation = data.digit_images(seed)
    model = Sequential([keras.Input((8, 8, 1)), layers.Conv2D(16, 3, activation="relu"), layers.Activation("relu")])
    model.add(layers.Dropout(0.5))
    model.add(layers.BatchNormalization())
    model.add(layers.Flatten())
    model.add(layers.Dense(10, activation="softmax"))
    model.add(layers.Dropout(0.5))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 10, "validation_data": validation}
