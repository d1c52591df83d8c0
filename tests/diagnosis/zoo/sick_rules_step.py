"""One program for each rule about a single step (KS4): gradients, activations, features, updates."""

import keras
import numpy as np
from keras import Sequential, layers, ops
from keras.initializers import Constant, Orthogonal, RandomNormal

from . import data
from .program import Built, shows


def classifier(*stack: keras.layers.Layer, rate: float = 0.003, optimizer: object = None) -> keras.Model:
    """Returns the stack, compiled for class ids."""
    model = Sequential(list(stack))
    model.compile(optimizer or keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def fit(validation: object, epochs: int = 12, batch_size: int = 32) -> dict[str, object]:
    """Returns fit arguments."""
    return {"batch_size": batch_size, "epochs": epochs, "validation_data": validation}


@shows("exploding-gradients", "a relu recurrence that grows by half at each of 40 steps", also=["initializer-mismatch"])
def growing_recurrence(seed: int) -> Built:
    x, y, validation = data.order(seed, length=40)
    recurrent = layers.SimpleRNN(32, activation="relu", recurrent_initializer=Orthogonal(2.0))
    model = classifier(keras.Input((40, 2)), recurrent, layers.Dense(2, activation="softmax"))
    return model, x, y, fit(validation)


@shows("vanishing-gradients", "ten sigmoid layers under SGD", also=["initializer-mismatch"])
def ten_sigmoid_layers(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    hidden = [layers.Dense(32, activation="sigmoid") for _ in range(10)]
    readout = layers.Dense(10, activation="softmax")
    model = classifier(keras.Input((64,)), *hidden, readout, optimizer=keras.optimizers.SGD(0.1))
    return model, x, y, fit(validation)


@shows("disconnected-variables", "the encoder ends in a stop_gradient that was left in", also=["frozen-model"])
def encoder_behind_stop_gradient(seed: int) -> Built:
    x, y, validation = data.spirals(seed)
    inputs = keras.Input((2,))
    h = layers.Dense(16, activation="relu")(layers.Dense(16, activation="relu")(inputs))
    outputs = layers.Dense(3, activation="softmax")(ops.stop_gradient(h))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, fit(validation, 25)


@shows("zero-gradients", "the branch that can tell the classes is scaled by a gate left at 0")
def gate_left_closed(seed: int) -> Built:
    x, y, validation = data.spirals(seed)
    inputs = keras.Input((2,))
    branch = layers.Dense(32, activation="relu")(layers.Dense(32, activation="relu")(inputs))
    h = layers.concatenate([inputs, layers.Rescaling(0.0)(branch)])
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(h))
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, fit(validation, 20)


@shows("dead-units", "biases start at -1.8, and most units never fire", also=["zero-gradients"])
def biases_below_every_input(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    hidden = [layers.Dense(32, activation="relu", bias_initializer=Constant(-1.8)), layers.Dense(16, activation="relu")]
    model = classifier(keras.Input((64,)), *hidden, layers.Dense(10, activation="softmax"), rate=0.001)
    return model, x, y, fit(validation)


@shows("saturated-activations", "tanh layers whose kernels start with deviation 3", also=["initializer-mismatch"])
def tanh_at_its_bounds(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    hidden = [layers.Dense(64, activation="tanh", kernel_initializer=RandomNormal(stddev=3.0)) for _ in range(3)]
    readout = layers.Dense(10, activation="softmax")
    model = classifier(keras.Input((64,)), *hidden, readout, optimizer=keras.optimizers.SGD(0.01))
    return model, x, y, fit(validation)


@shows("nonfinite-activations", "the model takes the logarithm of pixels, and many are 0")
def logarithm_of_black_pixels(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    inputs = keras.Input((64,))
    h = layers.Dense(32, activation="relu")(ops.log(inputs))
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(h))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, fit(validation)


class Distance(keras.layers.Layer):
    """Euclidean distance of each row to learnt points; its gradient is NaN at distance 0."""

    def __init__(self, points: int, **arguments: object) -> None:
        super().__init__(**arguments)
        self.points = points

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the points, all in the origin."""
        self.centres = self.add_weight(shape=(self.points, input_shape[-1]), initializer="zeros", name="centres")
        self.scale = self.add_weight(shape=(self.points,), initializer="ones", name="scale")

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Returns [batch, points]."""
        return self.scale * ops.sqrt(ops.sum((inputs[:, None] - self.centres) ** 2, axis=-1))


@shows("nonfinite-gradients", "the gradient of a square root, where a row meets a centre", also=["nonfinite-loss"])
def square_root_of_zero(seed: int) -> Built:
    x, y, validation = data.blobs(seed)
    x[::40] = 0.0
    model = classifier(keras.Input((8,)), Distance(12), layers.Dense(3, activation="softmax"))
    return model, x, y, fit(validation)


@shows(
    "identical-outputs",
    "layer normalization over a single feature returns its offset, whatever comes in",
    also=["feature-collapse", "zero-gradients", "bottleneck"],
)
def normalized_over_one_feature(seed: int) -> Built:
    x, y, validation = data.real("wine", seed)
    inner = [layers.Dense(16, activation="relu"), layers.Dense(1), layers.LayerNormalization()]
    model = classifier(keras.Input((13,)), *inner, layers.Dense(3, activation="softmax"))
    return model, x, y, fit(validation, 20, 16)


@shows(
    "unnormalized-features",
    "features in the hundreds enter the readout",
    also=["initializer-mismatch", "exploding-gradients"],
)
def features_in_the_hundreds(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    features = layers.Dense(128, activation="relu", kernel_initializer=RandomNormal(stddev=40.0))
    model = classifier(keras.Input((64,)), features, layers.Dense(10, activation="softmax"))
    return model, x, y, fit(validation)


@shows("feature-collapse", "thirty relu layers map every sample to one direction", also=["vanishing-gradients"])
def thirty_relu_layers(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    hidden = [layers.Dense(32, activation="relu", kernel_initializer="he_normal") for _ in range(30)]
    model = classifier(keras.Input((64,)), *hidden, layers.Dense(10, activation="softmax"), rate=0.001)
    return model, x, y, fit(validation, 8)


@shows("bad-initial-loss", "the readout starts with deviation 5", also=["initializer-mismatch"])
def confident_readout(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    readout = layers.Dense(10, activation="softmax", kernel_initializer=RandomNormal(stddev=5.0))
    model = classifier(keras.Input((64,)), layers.Dense(64, activation="relu"), readout, rate=0.001)
    return model, x, y, fit(validation, 6)


@shows("update-ratio", "kernels of deviation 30 before batch normalization hardly move", also=["initializer-mismatch"])
def large_kernels_before_normalization(seed: int) -> Built:
    x, y, validation = data.spirals(seed)
    model = Sequential([keras.Input((2,))])
    for _ in range(3):
        model.add(layers.Dense(32, kernel_initializer=RandomNormal(stddev=30.0)))
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
    model.add(layers.Dense(3, activation="softmax"))
    model.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, fit(validation, 25)


@shows("noisy-gradient", "two samples a step, and a third of the labels drawn by chance", also=["conflicting-labels"])
def two_noisy_samples_a_step(seed: int) -> Built:
    x, y, validation = data.blobs(seed, n=600, spread=2.5)
    generator = np.random.default_rng(seed)
    y = np.where(generator.random(len(y)) < 0.33, generator.integers(0, 3, len(y)), y)
    model = classifier(keras.Input((8,)), layers.Dense(16, activation="relu"), layers.Dense(3, activation="softmax"))
    return model, x, y, fit(validation, 6, 2)
