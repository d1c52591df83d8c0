"""One program for each rule about what a model is compiled with (KS3)."""

import keras
from keras import Sequential, layers

from . import data
from .program import Built, shows


def digits_network(hidden: int = 64, **arguments: object) -> keras.Model:
    """Returns an uncompiled network for the digits."""
    first = layers.Dense(hidden, activation="relu", **arguments)
    second = layers.Dense(10, activation="softmax", **arguments)
    return Sequential([keras.Input((64,)), first, second])


def fitted_digits(seed: int, model: keras.Model, optimizer: object, epochs: int = 12, **arguments: object) -> Built:
    """Returns the model, compiled for class ids, with the digits."""
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], **arguments)
    x, y, validation = data.real("digits", seed)
    return model, x, y, {"batch_size": 32, "epochs": epochs, "validation_data": validation}


@shows("loss-output-mismatch", "softmax over a single unit is always 1")
def softmax_of_one_unit(seed: int) -> Built:
    x, y, validation = data.real("breast_cancer", seed)
    model = Sequential([keras.Input((30,)), layers.Dense(16, activation="relu"), layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@shows("learning-rate-too-high", "Adam at 0.5")
def adam_at_one_half(seed: int) -> Built:
    return fitted_digits(seed, digits_network(), keras.optimizers.Adam(0.5))


@shows("learning-rate-too-low", "Adam at 1e-7")
def adam_at_a_ten_millionth(seed: int) -> Built:
    return fitted_digits(seed, digits_network(), keras.optimizers.Adam(1e-7))


@shows("missing-loss-scaling", "float16 layers, and auto_scale_loss switched off")
def float16_without_loss_scaling(seed: int) -> Built:
    model = digits_network(dtype="mixed_float16")
    return fitted_digits(seed, model, keras.optimizers.Adam(0.001), 6, auto_scale_loss=False)


@shows("ineffective-clipping", "a global norm of 1e-3 binds at every step: SGD crawls", also=["learning-rate-too-low"])
def clipped_at_every_step(seed: int) -> Built:
    return fitted_digits(seed, digits_network(), keras.optimizers.SGD(0.1, global_clipnorm=1e-3))


@shows("excess-regularization", "an L2 penalty of 1 on both kernels")
def penalty_above_the_loss(seed: int) -> Built:
    return fitted_digits(seed, digits_network(kernel_regularizer=keras.regularizers.L2(1.0)), "adam")


@shows("metric-mismatch", "accuracy of a regression")
def accuracy_of_a_regression(seed: int) -> Built:
    x, y, validation = data.split(*data.teacher(seed), seed)
    model = Sequential([keras.Input((10,)), layers.Dense(64, activation="relu"), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.003), "mse", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}
