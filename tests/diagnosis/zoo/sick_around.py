"""Programs whose fault lies around a sound model: weights, losses, inputs and variables, as people report them."""

import keras
import numpy as np
import tensorflow as tf
from keras import Sequential, layers, ops
from keras.optimizers import SGD, Adam

from . import data
from .program import Built, sick


def dense(width: int, *readout: layers.Layer) -> Sequential:
    """Returns a sound network for tables of this width."""
    return Sequential(
        [keras.Input((width,)), layers.Dense(48, activation="relu"), layers.Dense(24, activation="relu"), *readout]
    )


@sick(["zero-weights"], "a dataset brings the time of each row as a third element")
def third_element_is_a_time(seed: int) -> Built:
    x, y, validation = data.blobs(seed, n=1500, classes=3)
    times = (1.7e9 + 3600.0 * np.arange(len(x))).astype("float32")
    rows = tf.data.Dataset.from_tensor_slices((x, y, times)).shuffle(len(x), seed=seed).batch(32)
    model = dense(x.shape[1], layers.Dense(3, activation="softmax"))
    model.compile(SGD(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, rows, None, {"epochs": 10, "validation_data": validation}


@sick(["zero-weights"], "the rare class is drawn as often as the other, and weighs 20 times as much too")
def balanced_twice(seed: int) -> Built:
    rng = np.random.default_rng(seed)
    y = (rng.random(6000) < 0.05).astype("float32")
    x = (rng.normal(size=(6000, 8)) + y[:, None]).astype("float32")
    rare, common = np.flatnonzero(y[:4500] == 1), np.flatnonzero(y[:4500] == 0)
    drawn = rng.permutation(np.concatenate([common, rng.choice(rare, len(common))]))
    model = dense(8, layers.Dense(1, activation="sigmoid"))
    model.compile(Adam(0.001), "binary_crossentropy", metrics=["accuracy"])
    fit = {"batch_size": 64, "epochs": 6, "validation_data": (x[4500:], y[4500:]), "class_weight": {0: 1.0, 1: 20.0}}
    return model, x[drawn], y[drawn], fit


@sick(["missing-codes"], "-9999 for a missing value is standardised with the measured ones")
def standardised_codes(seed: int) -> Built:
    rng = np.random.default_rng(seed)
    measured = rng.normal(20.0, 3.0, size=(1500, 6))
    y = (((measured - 20.0)[:, 0] * (measured - 20.0)[:, 1]) > 0).astype("float32")
    coded = np.where(rng.random(measured.shape) < 0.05, -9999.0, measured)
    x = ((coded - coded.mean(0)) / coded.std(0)).astype("float32")
    model = dense(6, layers.Dense(1, activation="sigmoid"))
    model.compile(Adam(0.002), "binary_crossentropy", metrics=["accuracy"])
    return model, x[:1200], y[:1200], {"batch_size": 32, "epochs": 12, "validation_data": (x[1200:], y[1200:])}


@sick(["conflicting-labels", "constant-features"], "pixels were divided by 16 and kept as whole numbers")
def pixels_as_whole_numbers(seed: int) -> Built:
    x, y, (x_val, y_val) = data.real("digits", seed)
    top = float(np.max(x))
    whole, whole_val = ((part / top).astype("uint8").astype("float32") for part in (x, x_val))
    model = dense(64, layers.Dense(10, activation="softmax"))
    model.compile(Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, whole, y, {"batch_size": 32, "epochs": 10, "validation_data": (whole_val, y_val)}


class Projection(layers.Layer):
    """A layer as it was written for Keras 2, whose kernel Keras 3 does not see."""

    def build(self, input_shape):
        """Makes the kernel."""
        self.kernel = tf.Variable(0.3 * tf.random.stateless_normal((input_shape[-1], 2), (3, 4)))
        self.built = True

    def call(self, x):
        """Projects to two features."""
        return tf.matmul(x, tf.convert_to_tensor(self.kernel))


@sick(["untracked-variables"], "the first layer keeps its kernel in a tf.Variable, so that it stays as drawn")
def kernel_outside_of_keras(seed: int) -> Built:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(1500, 40)).astype("float32")
    y = (np.prod(x @ rng.normal(size=(40, 2)), axis=1) > 0).astype("float32")
    model = Sequential([keras.Input((40,)), Projection(), layers.Dense(32, activation="relu")])
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(Adam(0.005), "binary_crossentropy", metrics=["accuracy"])
    return model, x[:1200], y[:1200], {"batch_size": 32, "epochs": 15, "validation_data": (x[1200:], y[1200:])}


@sick(["broadcast-loss"], "an own loss squares the mean error of the batch")
def square_of_the_mean(seed: int) -> Built:
    x, y, validation = data.split(*data.teacher(seed), seed)
    model = dense(x.shape[1], layers.Dense(1))
    model.compile(Adam(0.002), lambda true, answer: ops.square(ops.mean(true - answer)), metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 12, "validation_data": validation}


@sick(["validation-targets-differ"], "the noisy picture is its own target in training, the clean one in validation")
def noise_as_the_target(seed: int) -> Built:
    x, _, (x_val, _) = data.real("digits", seed)
    rng = np.random.default_rng(seed)
    noisy, noisy_val = (part + 0.5 * x.std() * rng.normal(size=part.shape).astype("float32") for part in (x, x_val))
    model = dense(64, layers.Dense(64))
    model.compile(Adam(0.003), "mse")
    return model, noisy, noisy, {"batch_size": 32, "epochs": 15, "validation_data": (noisy_val, x_val)}


class Encoded(keras.Model):
    """An autoencoder with a Gaussian code, whose divergence enters with a sign."""

    def __init__(self, sign: float):
        super().__init__()
        self.sign = sign
        self.hidden, self.mean, self.variance = layers.Dense(32, "relu"), layers.Dense(4), layers.Dense(4)
        self.decoder = Sequential([layers.Dense(32, "relu"), layers.Dense(64)])
        self.draws = keras.random.SeedGenerator(5)

    def call(self, x):
        """Reconstructs the inputs, and adds the divergence to the losses."""
        hidden = self.hidden(x)
        mean, log_variance = self.mean(hidden), self.variance(hidden)
        noise = keras.random.normal(ops.shape(mean), seed=self.draws)
        divergence = ops.mean(ops.square(mean) + ops.exp(log_variance) - log_variance - 1) / 2
        self.add_loss(self.sign * 0.1 * divergence)
        return self.decoder(mean + ops.exp(log_variance / 2) * noise)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Returns the squared error of the reconstruction with what was added."""
        return ops.mean(ops.square(x - y_pred)) + sum(self.losses)


@sick(["wrong-sign-loss"], "the divergence of the code is subtracted, so that it pays to let it grow")
def rewarded_divergence(seed: int) -> Built:
    x, _, _ = data.real("digits", seed)
    model = Encoded(-1.0)
    model.compile(Adam(0.002))
    model(x[:2])
    return model, (x / x.std()).astype("float32"), None, {"batch_size": 32, "epochs": 12}
