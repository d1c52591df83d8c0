"""Failures by settings: rates, penalties, freezing, normalization, labels, as people report them."""

import keras
import numpy as np
from keras import Sequential, layers
from keras.optimizers import SGD, Adam, RMSprop

from . import data
from .program import Built, sick


def digits(seed: int, optimizer: object, *inner: keras.layers.Layer, **arguments: object) -> Built:
    """Returns a network with these layers before its softmax, and the digits."""
    x, y, validation = data.real("digits", seed)
    inner = inner or (layers.Dense(64, activation="relu"),)
    model = Sequential([keras.Input((64,)), *inner, layers.Dense(10, activation="softmax")])
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 10, "validation_data": validation, **arguments}


@sick(
    {"learning-rate-too-high", "dead-units", "prediction-collapse"},
    "Adam at 1: one class for every digit",
    stage="after",
    first={"learning-rate-too-high"},
)
def adam_at_one(seed: int) -> Built:
    return digits(seed, Adam(1.0), layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu"))


@sick({"learning-rate-too-high"}, "RMSprop at 0.3")
def rmsprop_at_a_third(seed: int) -> Built:
    return digits(seed, RMSprop(0.3), layers.Dense(64, activation="relu"), layers.Dense(32, activation="relu"))


@sick({"learning-rate-too-high"}, "SGD at 10")
def sgd_at_ten(seed: int) -> Built:
    return digits(seed, SGD(10.0))


@sick({"learning-rate-too-low", "slow-convergence"}, "Adam at 1e-6", stage="after")
def adam_at_a_millionth(seed: int) -> Built:
    return digits(seed, Adam(1e-6))


@sick({"learning-rate-too-low"}, "SGD at 1e-5")
def sgd_at_a_hundred_thousandth(seed: int) -> Built:
    return digits(seed, SGD(1e-5))


@sick({"excess-regularization"}, "an L1 penalty of 0.1 drives every weight to 0", stage="after")
def penalty_on_every_weight(seed: int) -> Built:
    penalty = keras.regularizers.L1(0.1)
    return digits(seed, "adam", layers.Dense(64, activation="relu", kernel_regularizer=penalty))


@sick({"excess-regularization"}, "AdamW with a weight decay of 50")
def weight_decay_of_fifty(seed: int) -> Built:
    return digits(seed, keras.optimizers.AdamW(0.003, weight_decay=50.0))


@sick({"frozen-model"}, "every layer was frozen in a loop, the new readout too")
def frozen_in_a_loop(seed: int) -> Built:
    x, y, validation = data.digit_images(seed)
    model = Sequential([keras.Input((8, 8, 1)), layers.Conv2D(16, 3, activation="relu"), layers.Flatten()])
    model.add(layers.Dense(10, activation="softmax"))
    for layer in model.layers:
        layer.trainable = False
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 6, "validation_data": validation}


@sick(
    {"train-inference-mismatch", "lagging-statistics"},
    "batch normalization with momentum 0.999, and 90 steps in all",
    stage="after",
    first={"train-inference-mismatch", "lagging-statistics", "overfitting"},
)
def batch_statistics_too_slow(seed: int) -> Built:
    x, y, (xv, yv) = data.shape_images(seed, 600)
    model = Sequential([keras.Input((16, 16, 1)), layers.Conv2D(16, 3, activation="relu")])
    model.add(layers.BatchNormalization(momentum=0.999))
    model.add(layers.Conv2D(16, 3, activation="relu"))
    model.add(layers.BatchNormalization(momentum=0.999))
    model.add(layers.Flatten())
    model.add(layers.Dense(3, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 6, "validation_data": (xv, yv)}


@sick({"bottleneck"}, "26 letters through one unit")
def letters_through_one_unit(seed: int) -> Built:
    x, y, validation = data.blobs(seed, n=2600, classes=26, features=12, spread=0.5)
    model = Sequential([keras.Input((12,)), layers.Dense(64, activation="relu"), layers.Dense(1, activation="tanh")])
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(26, activation="softmax"))
    model.compile(Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 12, "validation_data": validation}


@sick({"constant-labels"}, "the label column was read from an empty field: all ones")
def labels_all_one(seed: int) -> Built:
    x, _, (xv, yv) = data.real("breast_cancer", seed)
    model = Sequential([keras.Input((30,)), layers.Dense(16, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model, x, np.ones(len(x)), {"batch_size": 32, "epochs": 8, "validation_data": (xv, np.ones(len(yv)))}


@sick({"unshuffled-data"}, "photos read folder by folder, and shuffle off", stage="after")
def folder_by_folder(seed: int) -> Built:
    model, x, y, arguments = digits(seed, SGD(0.1))
    rows = np.argsort(y, kind="stable")
    return model, x[rows], y[rows], {**arguments, "shuffle": False}


@sick({"labels-out-of-range"}, "five species, and a readout of three")
def readout_too_narrow(seed: int) -> Built:
    x, y, validation = data.blobs(seed, classes=5)
    model = Sequential([keras.Input((8,)), layers.Dense(32, activation="relu"), layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 8, "validation_data": validation}


@sick({"train-validation-leak"}, "rows were doubled for balance before the split")
def doubled_before_the_split(seed: int) -> Built:
    x, y, (xv, yv) = data.real("breast_cancer", seed)
    x, y = np.concatenate([x, xv]), np.concatenate([y, yv])
    rare = np.flatnonzero(y == 0)
    x, y, validation = data.split(np.concatenate([x, x[rare]]), np.concatenate([y, y[rare]]), seed)
    model = Sequential([keras.Input((30,)), layers.Dense(16, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 12, "validation_data": validation}


@sick(
    {"saturated-activations", "unscaled-inputs", "vanishing-gradients"},
    "sigmoid units fed with raw columns are all at 0 or 1",
    first={"saturated-activations", "unscaled-inputs"},
)
def sigmoid_units_on_raw_columns(seed: int) -> Built:
    x, y, validation = data.real("wine", seed, scaled=False)
    model = Sequential(
        [keras.Input((13,)), layers.Dense(16, activation="sigmoid"), layers.Dense(3, activation="softmax")]
    )
    model.compile(SGD(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 16, "epochs": 25, "validation_data": validation}
