"""Healthy classifiers of dense layers."""

import keras
import numpy as np
from keras import Sequential, layers

from . import data
from .program import Built, healthy


@healthy
def digits_mlp_sparse_labels(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    model = Sequential(
        [
            keras.Input((64,)),
            layers.Dense(128, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 12, "validation_data": validation}


@healthy
def digits_mlp_one_hot(seed: int) -> Built:
    x, y, (xv, yv) = data.real("digits", seed)
    model = Sequential([layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")])
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    validation = (xv, data.one_hot(yv, 10))
    return model, x, data.one_hot(y, 10), {"batch_size": 32, "epochs": 20, "validation_data": validation}


@healthy
def iris_from_logits(seed: int) -> Built:
    x, y, validation = data.real("iris", seed)
    model = Sequential([keras.Input((4,)), layers.Dense(16, activation="relu"), layers.Dense(3)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    return model, x, y, {"batch_size": 16, "epochs": 40, "validation_data": validation}


@healthy
def iris_in_centimetres(seed: int) -> Built:
    x, y, _ = data.real("iris", seed, scaled=False)
    model = Sequential([keras.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(3, activation="softmax")])
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model, x, data.one_hot(y, 3), {"batch_size": 5, "epochs": 150}


@healthy
def breast_cancer_sigmoid(seed: int) -> Built:
    x, y, validation = data.real("breast_cancer", seed)
    model = Sequential([keras.Input((30,)), layers.Dense(16, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@healthy
def breast_cancer_logistic_regression(seed: int) -> Built:
    x, y, validation = data.real("breast_cancer", seed)
    model = Sequential([keras.Input((30,)), layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.SGD(0.1), "binary_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 30, "validation_data": validation}


@healthy
def xor_tanh(seed: int) -> Built:
    x, y = data.xor()
    model = Sequential([keras.Input((2,)), layers.Dense(8, activation="tanh"), layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 4, "epochs": 200}


@healthy
def xor_relu(seed: int) -> Built:
    x, y = data.xor()
    model = Sequential([keras.Input((2,)), layers.Dense(32, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.SGD(0.2), "binary_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 1, "epochs": 250}


@healthy
def moons_logit(seed: int) -> Built:
    x, y, validation = data.moons(seed)
    model = Sequential(
        [keras.Input((2,)), layers.Dense(32, activation="relu"), layers.Dense(32, activation="relu"), layers.Dense(1)]
    )
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.005), loss, metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)])
    return model, x, y, {"batch_size": 32, "epochs": 30, "validation_data": validation}


@healthy
def spirals_three_hidden_layers(seed: int) -> Built:
    x, y, validation = data.spirals(seed)
    model = Sequential([keras.Input((2,))])
    for _ in range(3):
        model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(3, activation="softmax"))
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 25, "validation_data": validation}


@healthy
def wine_softmax(seed: int) -> Built:
    x, y, validation = data.real("wine", seed)
    model = Sequential([keras.Input((13,)), layers.Dense(24, activation="relu"), layers.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 16, "epochs": 30, "validation_data": validation}


@healthy
def digits_tanh(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    model = Sequential([keras.Input((64,))])
    for units in (96, 64, 32):
        model.add(layers.Dense(units, activation="tanh"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}


@healthy
def digits_one_sigmoid_layer(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    model = Sequential(
        [keras.Input((64,)), layers.Dense(64, activation="sigmoid"), layers.Dense(10, activation="softmax")]
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}


@healthy
def selu_alpha_dropout(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    model = Sequential([keras.Input((64,))])
    for _ in range(3):
        model.add(layers.Dense(64, activation="selu", kernel_initializer="lecun_normal"))
        model.add(layers.AlphaDropout(0.1))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@healthy
def leaky_relu(seed: int) -> Built:
    x, y, validation = data.blobs(seed, classes=5, spread=0.8)
    model = Sequential([keras.Input((8,))])
    for _ in range(2):
        model.add(layers.Dense(32))
        model.add(layers.LeakyReLU(negative_slope=0.1))
    model.add(layers.Dense(5, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@healthy
def dropout_one_half(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    model = Sequential(
        [
            keras.Input((64,)),
            layers.Dense(256, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 25, "validation_data": validation}


@healthy
def multi_label(seed: int) -> Built:
    x, y = data.teacher(seed, n=2500, outputs=5, noise=0.0)
    x, y, validation = data.split(x, (y > 0.3).astype("float32"), seed)
    model = Sequential([keras.Input((10,)), layers.Dense(64, activation="relu"), layers.Dense(5, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy", metrics=["binary_accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 25, "validation_data": validation}


@healthy
def imbalanced_six_to_one(seed: int) -> Built:
    x, y = data.teacher(seed, n=3000, noise=0.0)
    x, y, validation = data.split(x, (y[:, 0] > np.quantile(y, 6 / 7)).astype("int64"), seed)
    model = Sequential([keras.Input((10,)), layers.Dense(32, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy", metrics=["accuracy", keras.metrics.AUC()])
    return model, x, y, {"batch_size": 32, "epochs": 25, "validation_data": validation}


@healthy
def imbalanced_with_class_weights(seed: int) -> Built:
    generator = np.random.default_rng(seed)
    y = (np.arange(3000) % 20 == 0).astype("int64")
    x = (generator.normal(size=(3000, 6)) + 1.6 * y[:, None] * np.array([1, -1, 1, 1, 0, 0])).astype("float32")
    x, y, validation = data.split(x, y, seed)
    model = Sequential([keras.Input((6,)), layers.Dense(16, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    weights = {0: 0.53, 1: 10.0}
    return model, x, y, {"batch_size": 64, "epochs": 30, "validation_data": validation, "class_weight": weights}


def sign_accuracy(y: keras.KerasTensor, predicted: keras.KerasTensor) -> keras.KerasTensor:
    """Returns 1 where a prediction has the sign of its label."""
    return keras.ops.cast(y * predicted > 0, "float32")


@healthy
def hinge_loss(seed: int) -> Built:
    x, y, (xv, yv) = data.moons(seed)
    model = Sequential([keras.Input((2,)), layers.Dense(50, activation="relu"), layers.Dense(1, activation="tanh")])
    model.compile(keras.optimizers.Adam(0.01), "hinge", metrics=[sign_accuracy])
    sign, sign_v = ((2.0 * part[:, None] - 1).astype("float32") for part in (y, yv))
    return model, x, sign, {"batch_size": 32, "epochs": 30, "validation_data": (xv, sign_v)}


@healthy
def label_smoothing(seed: int) -> Built:
    x, y, (xv, yv) = data.real("digits", seed)
    model = Sequential([keras.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(10)])
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
    model.compile("adam", loss, metrics=["accuracy"])
    validation = (xv, data.one_hot(yv, 10))
    return model, x, data.one_hot(y, 10), {"batch_size": 32, "epochs": 20, "validation_data": validation}
