"""One program for each rule about predictions and the course of training (KS5, KS6)."""

import keras
import numpy as np
from keras import Sequential, layers
from keras.optimizers import SGD, Adam
from keras.optimizers.schedules import ExponentialDecay, PiecewiseConstantDecay

from . import data
from .program import Built, shows


def digits(seed: int, optimizer: keras.optimizers.Optimizer, epochs: int = 12, **arguments: object) -> Built:
    """Returns a sound network with the digits, compiled with this optimizer."""
    x, y, validation = data.real("digits", seed)
    model = Sequential(
        [keras.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")]
    )
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": epochs, "validation_data": validation, **arguments}


@shows(
    "prediction-collapse",
    "class 0 was given the weight 3000 of the others",
    stage="after",
    also=["never-predicted-class", "zero-weights"],
)
def weight_of_one_class(seed: int) -> Built:
    weights = {c: 3000.0 if c == 0 else 1.0 for c in range(10)}
    return digits(seed, Adam(0.001), 6, class_weight=weights)


@shows("never-predicted-class", "the weight of class 3 was left at 0", stage="after", also=["zero-weights"])
def weight_zero(seed: int) -> Built:
    return digits(seed, Adam(0.003), 15, class_weight={c: float(c != 3) for c in range(10)})


@shows(
    "train-inference-mismatch",
    "batch normalization with momentum 0.9999 infers by its start values",
    stage="after",
    also=["lagging-statistics"],
)
def slow_moving_statistics(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    model = Sequential([keras.Input((64,))])
    for units in (64, 64):
        model.add(layers.Dense(units, use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9999))
        model.add(layers.Activation("relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 10, "validation_data": validation}


@shows(
    "nonfinite-loss",
    "squared error under SGD at 1.0 grows until it is NaN",
    stage="after",
    also=[
        "learning-rate-too-high",
        "exploding-gradients",
        "nonfinite-gradients",
        "nonfinite-activations",
        "diverging-loss",
    ],
)
def squared_error_to_nan(seed: int) -> Built:
    x, y, validation = data.split(*data.teacher(seed), seed)
    model = Sequential([keras.Input((10,)), layers.Dense(64, activation="relu"), layers.Dense(1)])
    model.compile(SGD(1.0), "mse", metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 10, "validation_data": validation}


@shows(
    "loss-not-decreasing",
    "labels have nothing to do with the inputs",
    stage="after",
    also=["input-independent-loss", "misaligned-labels"],
)
def labels_by_chance(seed: int) -> Built:
    x, y, validation = data.blobs(seed, n=3000, classes=4)
    y = np.random.default_rng(seed).integers(0, 4, len(y))
    model = Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(4, activation="softmax")])
    model.compile(Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 64, "epochs": 12, "validation_data": validation}


@shows(
    "diverging-loss", "a decay rate of 1.6 an epoch makes the rate grow", stage="after", also=["learning-rate-too-high"]
)
def growing_rate(seed: int) -> Built:
    return digits(seed, SGD(ExponentialDecay(0.05, 45, 1.6), momentum=0.9), 14)


@shows("oscillating-loss", "SGD at 0.5 with momentum 0.9 swings", stage="after", also=["learning-rate-too-high"])
def swinging_loss(seed: int) -> Built:
    return digits(seed, SGD(0.5, momentum=0.9), 20)


@shows("loss-spike", "the rate is 100 times as high for one epoch", stage="after", also=["learning-rate-too-high"])
def one_epoch_of_a_high_rate(seed: int) -> Built:
    return digits(seed, Adam(PiecewiseConstantDecay([450, 495], [0.001, 0.1, 0.001])), 16)


@shows("slow-convergence", "plain SGD at 0.01 for four epochs", stage="after", also=["learning-rate-too-low"])
def four_epochs_of_sgd(seed: int) -> Built:
    return digits(seed, SGD(0.01), 4)


@shows("overfitting", "120 rows, a fifth of the labels wrong, 512 units, 80 epochs", stage="after")
def wide_network_few_rows(seed: int) -> Built:
    x, y, validation = data.taught_classes(seed, n=1000, classes=2)
    generator = np.random.default_rng(seed)
    y = np.where(generator.random(len(y)) < 0.2, 1 - y, y)
    model = Sequential([keras.Input((10,)), layers.Dense(512, activation="relu"), layers.Dense(512, activation="relu")])
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(Adam(0.002), "binary_crossentropy", metrics=["accuracy"])
    return model, x[:120], y[:120], {"batch_size": 16, "epochs": 80, "validation_data": validation}


@shows("cannot-overfit-batch", "no line parts opposite quadrants", also=["loss-not-decreasing"])
def quadrants_by_a_line(seed: int) -> Built:
    x = np.random.default_rng(seed).uniform(-1.7, 1.7, (800, 2)).astype("float32")
    x, y, validation = data.split(x, (x[:, 0] * x[:, 1] > 0).astype("int64"), seed)
    model = Sequential([keras.Input((2,)), layers.Dense(1, activation="sigmoid")])
    model.compile(Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@shows(
    "input-independent-loss",
    "inputs are noise: the loss falls to the shares of the classes",
    also=["loss-not-decreasing", "misaligned-labels"],
)
def noise_as_inputs(seed: int) -> Built:
    generator = np.random.default_rng(seed)
    y = generator.choice(4, 3000, p=[0.4, 0.3, 0.2, 0.1])
    x, y, validation = data.split(generator.normal(size=(3000, 10)).astype("float32"), y, seed)
    model = Sequential([keras.Input((10,)), layers.Dense(16, activation="relu"), layers.Dense(4, activation="softmax")])
    model.compile(Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 10, "validation_data": validation}
