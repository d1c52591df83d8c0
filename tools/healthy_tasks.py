"""Healthy trainings of other tasks and models than a classifier of digits."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from healthy_digits import LOSS, Training, X, Y, mlp

from keras_stable.models import adapt, classifier
from keras_stable.optimizers import AdamW


def _regression() -> Training:
    target = (X @ np.linspace(-3, 3, 64) * 100 + 50).astype("float32")
    model = mlp(keras.layers.Dense(32, "relu"), keras.layers.Dense(1), loss="mse", metrics=[])
    return Training(model, X, target, {"epochs": 6})


def _heavy_tails() -> Training:
    noise = np.random.default_rng(1).standard_t(1.5, len(X))
    model = mlp(keras.layers.Dense(32, "relu"), keras.layers.Dense(1), loss="mse", metrics=[])
    return Training(model, X, (X[:, 20] + noise).astype("float32"), {"epochs": 6, "batch_size": 8})


def _recurrent() -> Training:
    model = keras.Sequential([keras.Input((64, 1)), keras.layers.SimpleRNN(16), keras.layers.Dense(10, "softmax")])
    model.compile(keras.optimizers.SGD(0.1), LOSS)
    return Training(model, X[..., None], Y, {"epochs": 4})


def _guarded() -> Training:
    model = classifier((64,), 10, "mlp", hidden_units=(64, 32))
    adapt(model, X)
    model.compile(AdamW(0.003), keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return Training(model, X, Y, {"epochs": 6})


def _imbalanced() -> Training:
    rare = (Y == 3) & (np.arange(len(Y)) % 4 == 0)
    model = mlp(keras.layers.Dense(32, "relu"), keras.layers.Dense(1, "sigmoid"), loss="binary_crossentropy")
    return Training(model, X, rare.astype("float32"), {"epochs": 6})


def _multi_label() -> Training:
    labels = ((Y[:, None] >> np.arange(4)) & 1).astype("float32")
    model = mlp(keras.layers.Dense(32, "relu"), keras.layers.Dense(4, "sigmoid"), loss="binary_crossentropy")
    return Training(model, X, labels, {"epochs": 6})


class _Gan(keras.Model):
    """A generator and a discriminator of four features, each with an optimizer."""

    def __init__(self) -> None:
        super().__init__()
        self.maker = keras.Sequential([keras.Input((8,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(64)])
        self.judge = keras.Sequential([keras.Input((64,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(1)])
        self.of_maker, self.of_judge = keras.optimizers.Adam(0.002), keras.optimizers.Adam(0.002)
        self.built = True

    def call(self, x: Any) -> Any:
        return self.judge(x)

    def train_step(self, x: Any) -> dict[str, Any]:
        entropy = keras.losses.BinaryCrossentropy(from_logits=True)
        noise = tf.random.normal((tf.shape(x)[0], 8))
        with tf.GradientTape(persistent=True) as tape:
            true, false = self.judge(x), self.judge(self.maker(noise))
            judged = entropy(tf.ones_like(true), true) + entropy(tf.zeros_like(false), false)
            made = entropy(tf.ones_like(false), false)
        for loss, model, optimizer in (
            (judged, self.judge, self.of_judge), (made, self.maker, self.of_maker),
        ):  # fmt: skip
            weights = model.trainable_weights
            optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return {"judge_loss": judged, "maker_loss": made}


def _gan() -> Training:
    model = _Gan()
    model.compile()
    return Training(model, X, None, {"epochs": 8})


class _Noise(keras.layers.Layer):
    """Noise from TensorFlow's own generator, whose seeds depend on the operations before it."""

    def call(self, x: Any) -> Any:
        return x + 0.1 * tf.random.normal(tf.shape(x))


def _autoencoder() -> Training:
    layers = [keras.layers.Dense(16, "relu"), _Noise(), keras.layers.Dense(64, "sigmoid")]
    return Training(mlp(*layers, loss="mse", metrics=[]), X, X, {"epochs": 6})


def _embedding() -> Training:
    words = (X[:, :32] * 20).astype("int32")
    layers = [keras.layers.Embedding(32, 8), keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(10, "softmax")]
    model = keras.Sequential([keras.Input((32,), dtype="int32"), *layers])
    model.compile("adam", LOSS)
    return Training(model, words, Y, {"epochs": 6})


TASKS: dict[str, Callable[[], Training]] = {
    "regression of unscaled targets": _regression,
    "targets with heavy tails": _heavy_tails,
    "recurrent, not clipped": _recurrent,
    "the guarded AdamW": _guarded,
    "a class of 2 %": _imbalanced,
    "multi-label": _multi_label,
    "GAN": _gan,
    "autoencoder with random numbers of TensorFlow": _autoencoder,
    "embedding": _embedding,
}
