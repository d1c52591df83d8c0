"""Sound programs that come near to what sick_around.py has: weights, codes and variables that are as they should be."""

import keras
import numpy as np
import tensorflow as tf
from keras import Sequential, layers
from keras.optimizers import Adam

from . import data
from .program import Built, healthy
from .sick_around import dense


@healthy
def rare_class_that_weighs_more(seed: int) -> Built:
    rng = np.random.default_rng(seed)
    y = (rng.random(4000) < 0.08).astype("float32")
    x = (rng.normal(size=(4000, 8)) + 1.5 * y[:, None]).astype("float32")
    model = dense(8, layers.Dense(1, activation="sigmoid"))
    model.compile(Adam(0.002), "binary_crossentropy", weighted_metrics=["accuracy"])
    fit = {"batch_size": 64, "epochs": 12, "validation_data": (x[3000:], y[3000:]), "class_weight": {0: 1.0, 1: 11.5}}
    return model, x[:3000], y[:3000], fit


@healthy
def noisy_pictures_and_clean_targets(seed: int) -> Built:
    x, _, (x_val, _) = data.real("digits", seed)
    rng = np.random.default_rng(seed)
    noisy, noisy_val = (part + 0.5 * x.std() * rng.normal(size=part.shape).astype("float32") for part in (x, x_val))
    model = dense(64, layers.Dense(64))
    model.compile(Adam(0.003), "mse")
    return model, noisy, x, {"batch_size": 32, "epochs": 30, "validation_data": (noisy_val, x_val)}


class Averaged(layers.Layer):
    """Keeps a moving average of its inputs, in a variable of TensorFlow that nothing is to train."""

    def build(self, input_shape):
        """Makes the average."""
        self.average = tf.Variable(tf.zeros(input_shape[-1]), trainable=False)
        self.built = True

    def call(self, x):
        """Returns the inputs without their average."""
        self.average.assign(0.99 * self.average + 0.01 * tf.reduce_mean(x, axis=0))
        return x - tf.convert_to_tensor(self.average)


@healthy
def moving_average_of_tensorflow(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    model = Sequential([keras.Input((64,)), Averaged(), layers.Dense(48, activation="relu")])
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(Adam(0.002), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@healthy
def skewed_and_clipped_columns(seed: int) -> Built:
    rng = np.random.default_rng(seed)
    income = np.where(rng.random((2000, 2)) < 0.2, 0.0, np.minimum(rng.lognormal(10.0, 0.7, (2000, 2)), 90_000.0))
    x = np.concatenate([np.log1p(income) / 10.0, rng.normal(size=(2000, 4))], axis=1).astype("float32")
    y = (x[:, 0] + x[:, 2] - x[:, 3] > 0.8).astype("float32")
    model = dense(6, layers.Dense(1, activation="sigmoid"))
    model.compile(Adam(0.003), "binary_crossentropy", metrics=["accuracy"])
    return model, x[:1600], y[:1600], {"batch_size": 32, "epochs": 20, "validation_data": (x[1600:], y[1600:])}
