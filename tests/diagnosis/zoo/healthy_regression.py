"""Healthy regressions."""

import keras
import numpy as np
from keras import Sequential, layers

from . import data
from .program import Built, healthy


@healthy
def sine_regression(seed: int) -> Built:
    x, y, validation = data.sine(seed)
    model = Sequential(
        [keras.Input((1,)), layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu"), layers.Dense(1)]
    )
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 40, "validation_data": validation}


@healthy
def teacher_regression(seed: int) -> Built:
    x, y, validation = data.split(*data.teacher(seed), seed)
    model = Sequential(
        [keras.Input((10,)), layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu"), layers.Dense(1)]
    )
    model.compile("adam", "mean_squared_error", metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 25, "validation_data": validation}


@healthy
def diabetes_scaled(seed: int) -> Built:
    x, y, (xv, yv) = data.real("diabetes", seed)
    mean, deviation = y.mean(), y.std()
    model = Sequential([keras.Input((10,)), layers.Dense(16, activation="relu"), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.002), "mse", metrics=["mae"])
    validation = (xv, (yv - mean) / deviation)
    return model, x, (y - mean) / deviation, {"batch_size": 16, "epochs": 15, "validation_data": validation}


@healthy
def fuel_consumption_raw_targets(seed: int) -> Built:
    x, y = data.teacher(seed, features=7)
    x, y, validation = data.split(x, (24 + 7 * y).astype("float32"), seed)
    model = Sequential(
        [keras.Input((7,)), layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu"), layers.Dense(1)]
    )
    model.compile(keras.optimizers.Adam(0.003), "mse", metrics=["mae", "mse"])
    return model, x, y, {"batch_size": 32, "epochs": 30, "validation_data": validation}


@healthy
def huber_with_outliers(seed: int) -> Built:
    x, y, validation = data.sine(seed, noise=0.02)
    wrong = np.random.default_rng(seed).random(y.shape) < 0.03
    y = np.where(wrong, y + 4, y).astype("float32")
    model = Sequential([keras.Input((1,)), layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu")])
    model.add(layers.Dense(1))
    model.compile(keras.optimizers.Adam(0.01), keras.losses.Huber(0.5), metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 40, "validation_data": validation}


@healthy
def poisson_counts(seed: int) -> Built:
    x, rate = data.teacher(seed, n=3000, features=5, noise=0.0)
    counts = np.random.default_rng(seed).poisson(np.exp(1 + 0.7 * rate)).astype("float32")
    x, y, validation = data.split(x, counts, seed)
    model = Sequential(
        [keras.Input((5,)), layers.Dense(32, activation="relu"), layers.Dense(1, activation="exponential")]
    )
    model.compile(keras.optimizers.Adam(0.003), "poisson", metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@healthy
def normalization_adapted(seed: int) -> Built:
    x, y = data.houses(seed)
    x, y, validation = data.split(x, (y / 1e5).astype("float32"), seed)
    normalization = layers.Normalization()
    normalization.adapt(x)
    model = Sequential([keras.Input((5,)), normalization, layers.Dense(32, activation="relu"), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.005), "mae")
    return model, x, y, {"batch_size": 32, "epochs": 40, "validation_data": validation}


@healthy
def linear_regression(seed: int) -> Built:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(400, 3)).astype("float32")
    y = (x @ [[2.0], [-3.4], [0.5]] + 4.2 + 0.1 * generator.normal(size=(400, 1))).astype("float32")
    x, y, validation = data.split(x, y, seed)
    model = Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.05), "mse")
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@healthy
def positive_targets_softplus(seed: int) -> Built:
    x, y = data.teacher(seed, features=6, noise=0.0)
    x, y, validation = data.split(x, np.exp(0.5 * y), seed)
    model = Sequential([keras.Input((6,)), layers.Dense(48, activation="relu"), layers.Dense(1, activation="softplus")])
    model.compile(keras.optimizers.Adam(0.005), "mse", metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 25, "validation_data": validation}


@healthy
def share_as_sigmoid(seed: int) -> Built:
    x, y = data.teacher(seed, features=6, noise=0.0)
    x, y, validation = data.split(x, (1 / (1 + np.exp(-1.5 * y))).astype("float32"), seed)
    model = Sequential([keras.Input((6,)), layers.Dense(48, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.005), "mse", metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 25, "validation_data": validation}


@healthy
def several_targets(seed: int) -> Built:
    x, y, validation = data.split(*data.teacher(seed, outputs=3), seed)
    model = Sequential([keras.Input((10,)), layers.Dense(96, activation="elu"), layers.Dense(48, activation="elu")])
    model.add(layers.Dense(3))
    model.compile(keras.optimizers.Adam(0.003), "mse", metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 40, "validation_data": validation}
