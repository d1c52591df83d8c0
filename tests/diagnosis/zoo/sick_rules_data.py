"""One program for each rule about data (KS1): the network is sound, what it is fed is not."""

import keras
import numpy as np
from keras import Sequential, layers

from . import data
from .program import Built, shows


def network(features: int, classes: int, hidden: int = 32) -> keras.Model:
    """Returns a sound network for class ids, compiled."""
    model = Sequential([keras.Input((features,)), layers.Dense(hidden, activation="relu")])
    model.add(layers.Dense(classes, activation="softmax"))
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def regressor(features: int) -> keras.Model:
    """Returns a sound network for a real target, compiled."""
    model = Sequential([keras.Input((features,)), layers.Dense(32, activation="relu"), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.003), "mse", metrics=["mae"])
    return model


@shows("nonfinite-inputs", "40 measurements are missing, and read as NaN")
def missing_measurements(seed: int) -> Built:
    x, y, validation = data.real("breast_cancer", seed)
    generator = np.random.default_rng(seed)
    x[generator.integers(0, len(x), 40), generator.integers(0, 30, 40)] = np.nan
    return network(30, 2), x, y, {"batch_size": 32, "epochs": 10, "validation_data": validation}


@shows("unscaled-inputs", "raw columns up to 4000 beside columns below 0.1")
def raw_tumour_columns(seed: int) -> Built:
    x, y, validation = data.real("breast_cancer", seed, scaled=False)
    return network(30, 2), x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@shows("constant-features", "five of twelve columns hold one value, after a join that found nothing")
def constant_columns(seed: int) -> Built:
    x, y, (xv, yv) = data.blobs(seed, features=12)
    x[:, 7:] = xv[:, 7:] = [0.0, 0.0, -1.0, 1.0, 0.0]
    return network(12, 3), x, y, {"batch_size": 32, "epochs": 15, "validation_data": (xv, yv)}


@shows("labels-out-of-range", "classes are numbered 1 to 3, the readout has units 0 to 2")
def classes_from_one(seed: int) -> Built:
    x, y, (xv, yv) = data.real("wine", seed)
    return network(13, 3), x, y + 1, {"batch_size": 16, "epochs": 20, "validation_data": (xv, yv + 1)}


@shows("nonfinite-labels", "a logarithm of targets of which some are zero")
def logarithm_of_zero_targets(seed: int) -> Built:
    x, y = data.teacher(seed)
    with np.errstate(divide="ignore"):
        target = np.log(np.maximum(y + 1, 0)).astype("float32")
    x, y, validation = data.split(x, target, seed)
    return regressor(10), x, y, {"batch_size": 32, "epochs": 10, "validation_data": validation}


@shows("class-imbalance", "66 samples of one class to one of the other", also=["few-samples-per-class"])
def one_in_sixty_seven(seed: int) -> Built:
    generator = np.random.default_rng(seed)
    y = (np.arange(2680) % 67 == 0).astype("int64")
    x = (generator.normal(size=(2680, 6)) + 0.8 * y[:, None]).astype("float32")
    x, y, validation = data.split(x, y, seed)
    return network(6, 2), x, y, {"batch_size": 32, "epochs": 10, "validation_data": validation}


@shows("few-samples-per-class", "three pictures of each digit", also=["overfitting"])
def three_of_each_digit(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    rows = np.concatenate([np.flatnonzero(y == c)[:3] for c in range(10)])
    np.random.default_rng(seed).shuffle(rows)
    return network(64, 10, 128), x[rows], y[rows], {"batch_size": 10, "epochs": 40, "validation_data": validation}


@shows("conflicting-labels", "two annotators labelled every row, and agree on two thirds")
def two_annotators(seed: int) -> Built:
    x, y, validation = data.blobs(seed)
    generator = np.random.default_rng(seed)
    second = np.where(generator.random(len(y)) < 0.35, (y + 1) % 3, y)
    rows = generator.permutation(2 * len(y))
    x, y = np.concatenate([x, x])[rows], np.concatenate([y, second])[rows]
    return network(8, 3), x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}


@shows("train-validation-leak", "the validation rows were drawn from the training rows")
def validation_out_of_training(seed: int) -> Built:
    x, y, _ = data.real("digits", seed)
    rows = np.random.default_rng(seed).integers(0, len(x), 300)
    return network(64, 10, 64), x, y, {"batch_size": 32, "epochs": 20, "validation_data": (x[rows], y[rows])}


@shows("unscaled-targets", "targets are prices near 300 000, inputs are standardised")
def prices_as_they_are(seed: int) -> Built:
    x, y = data.houses(seed)
    x, y, validation = data.split(data.standardized(x), y, seed)
    return regressor(5), x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@shows("constant-labels", "a comparison with the wrong spelling made every label 0")
def every_label_zero(seed: int) -> Built:
    x, y, (xv, yv) = data.real("breast_cancer", seed)
    return network(30, 2), x, np.zeros_like(y), {"batch_size": 32, "epochs": 10, "validation_data": (xv, yv * 0)}


@shows("unshuffled-data", "rows lie class by class, and shuffle is off")
def class_after_class(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    rows = np.argsort(y, kind="stable")
    arguments = {"batch_size": 32, "epochs": 10, "validation_data": validation, "shuffle": False}
    return network(64, 10, 64), x[rows], y[rows], arguments
