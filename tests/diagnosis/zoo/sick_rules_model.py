"""One program for each rule about the model (KS2): data and training are sound."""

import keras
from keras import Sequential, layers
from keras.initializers import Constant, RandomNormal

from . import data
from .program import Built, shows


def compiled(model: keras.Model, rate: float = 0.003) -> keras.Model:
    """Returns the model, compiled for class ids."""
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def stack(features: int, classes: int, *inner: keras.layers.Layer) -> keras.Model:
    """Returns the layers between an input and a softmax, compiled."""
    return compiled(Sequential([keras.Input((features,)), *inner, layers.Dense(classes, activation="softmax")]))


@shows("missing-nonlinearity", "three dense layers, none with an activation, on two moons")
def dense_without_activation(seed: int) -> Built:
    x, y, validation = data.moons(seed)
    model = stack(2, 2, layers.Dense(64), layers.Dense(64))
    return model, x, y, {"batch_size": 32, "epochs": 25, "validation_data": validation}


@shows("symmetric-initialization", "every weight of the network starts at 0.05")
def equal_weights(seed: int) -> Built:
    x, y, validation = data.spirals(seed)
    equal = {"kernel_initializer": Constant(0.05)}
    model = Sequential([keras.Input((2,))])
    for _ in range(2):
        model.add(layers.Dense(32, activation="tanh", **equal))
    model.add(layers.Dense(3, activation="softmax", **equal))
    return compiled(model), x, y, {"batch_size": 32, "epochs": 25, "validation_data": validation}


@shows(
    "initializer-mismatch", "six relu layers of 128 units start from a standard normal", also=["exploding-gradients"]
)
def standard_normal_weights(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    hidden = [layers.Dense(128, activation="relu", kernel_initializer=RandomNormal(stddev=1.0)) for _ in range(6)]
    return stack(64, 10, *hidden), x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}


@shows("excess-dropout", "dropout of 0.85 behind each hidden layer")
def dropout_of_most_units(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    hidden = [layers.Dense(48, activation="relu"), layers.Dropout(0.85)]
    hidden += [layers.Dense(48, activation="relu"), layers.Dropout(0.85)]
    return stack(64, 10, *hidden), x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}


@shows("frozen-model", "the whole model was frozen, its new readout too")
def readout_frozen_too(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    model = Sequential(
        [keras.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")]
    )
    model.trainable = False
    return compiled(model), x, y, {"batch_size": 32, "epochs": 10, "validation_data": validation}


@shows("redundant-activation", "each hidden layer has a relu of its own and a sigmoid behind it")
def two_activations_in_a_row(seed: int) -> Built:
    x, y, validation = data.blobs(seed, classes=5)
    hidden = [layers.Dense(32, activation="relu"), layers.Activation("sigmoid")]
    hidden += [layers.Dense(32, activation="relu"), layers.Activation("sigmoid")]
    return stack(8, 5, *hidden), x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}


@shows("bottleneck", "ten classes have to pass through a layer of two units", also=["dead-units"])
def ten_classes_through_two_units(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    hidden = [layers.Dense(64, activation="relu"), layers.Dense(2, activation="relu")]
    return stack(64, 10, *hidden), x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@shows(
    "unadapted-normalization", "the layer was adapted to standardised rows, and gets raw ones", also=["unscaled-inputs"]
)
def adapted_to_other_units(seed: int) -> Built:
    x, y, validation = data.real("wine", seed, scaled=False)
    normalization = layers.Normalization()
    normalization.adapt(data.standardized(x))
    model = stack(13, 3, normalization, layers.Dense(32, activation="relu"))
    return model, x, y, {"batch_size": 16, "epochs": 20, "validation_data": validation}
