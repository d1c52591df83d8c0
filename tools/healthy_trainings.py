"""Trainings of many kinds that are healthy, however their losses and norms may look. Each is small and short."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

from keras_stable.models import adapt, classifier
from keras_stable.optimizers import AdamW

_DIGITS = load_digits(return_X_y=True)
X, Y = (_DIGITS[0] / 16).astype("float32"), _DIGITS[1]
_LOSS = "sparse_categorical_crossentropy"
_schedules = keras.optimizers.schedules


@dataclass
class Training:
    """A compiled model, and what `fit` takes."""

    model: keras.Model
    x: Any
    y: Any = None
    arguments: dict[str, Any] = field(default_factory=dict)
    second: dict[str, Any] | None = None


def _mlp(*layers: Any, optimizer: Any = None, loss: Any = _LOSS, **arguments: Any) -> keras.Model:
    last = [] if loss != _LOSS else [keras.layers.Dense(10, "softmax")]
    body = layers or (keras.layers.Dense(64, "relu"),)
    model = keras.Sequential([keras.Input((64,)), *body, *last])
    model.compile(optimizer or keras.optimizers.Adam(0.003), loss, **{"metrics": ["accuracy"], **arguments})
    return model


def _plain() -> Training:
    return Training(_mlp(), X, Y, {"epochs": 6, "validation_split": 0.1})


def _tiny_noisy_batches() -> Training:
    labels = np.where(np.random.default_rng(0).random(len(Y)) < 0.3, (Y * 7 + 3) % 10, Y)
    return Training(_mlp(optimizer=keras.optimizers.SGD(0.05)), X, labels, {"epochs": 2, "batch_size": 2})


def _restarts() -> Training:
    rate = _schedules.CosineDecayRestarts(0.05, 120, t_mul=1.0, alpha=0.001)
    return Training(_mlp(optimizer=keras.optimizers.SGD(rate, momentum=0.9)), X, Y, {"epochs": 10})


def _warmup() -> Training:
    rate = _schedules.CosineDecay(0.0, 300, warmup_target=0.01, warmup_steps=150)
    return Training(_mlp(optimizer=keras.optimizers.AdamW(rate)), X, Y, {"epochs": 8})


def _dropout() -> Training:
    layers = [keras.layers.GaussianNoise(0.3), keras.layers.Dense(64, "relu"), keras.layers.Dropout(0.6)]
    return Training(_mlp(*layers), X, Y, {"epochs": 6})


def _batch_normalization() -> Training:
    layers = [
        keras.layers.Reshape((8, 8, 1)), keras.layers.Conv2D(8, 3), keras.layers.BatchNormalization(),
        keras.layers.ReLU(), keras.layers.Flatten(),
    ]  # fmt: skip
    return Training(_mlp(*layers), X * 255, Y, {"epochs": 5})


def _sorted_by_class() -> Training:
    order = np.argsort(Y, kind="stable")
    return Training(_mlp(), X[order], Y[order], {"epochs": 5, "shuffle": False, "batch_size": 16})


def _curriculum() -> Training:
    hard = X + np.random.default_rng(0).normal(0, 0.3, X.shape).astype("float32")
    x, y = np.concatenate([X, X, hard, hard]), np.concatenate([Y] * 4)
    return Training(_mlp(), x, y, {"epochs": 2, "shuffle": False})


def _unfreezing() -> Training:
    model = _mlp(keras.layers.Dense(64, "relu"), keras.layers.Dense(32, "relu"))
    model.layers[0].trainable = False
    model.compile("adam", _LOSS)
    return Training(model, X, Y, {"epochs": 4}, second={"optimizer": keras.optimizers.Adam(0.02), "loss": _LOSS})


def _regression() -> Training:
    target = (X @ np.linspace(-3, 3, 64) * 100 + 50).astype("float32")
    model = _mlp(keras.layers.Dense(32, "relu"), keras.layers.Dense(1), loss="mse", metrics=[])
    return Training(model, X, target, {"epochs": 6})


def _heavy_tails() -> Training:
    noise = np.random.default_rng(1).standard_t(1.5, len(X))
    model = _mlp(keras.layers.Dense(32, "relu"), keras.layers.Dense(1), loss="mse", metrics=[])
    return Training(model, X, (X[:, 20] + noise).astype("float32"), {"epochs": 6, "batch_size": 8})


def _recurrent() -> Training:
    model = keras.Sequential([keras.Input((64, 1)), keras.layers.SimpleRNN(16), keras.layers.Dense(10, "softmax")])
    model.compile(keras.optimizers.SGD(0.1), _LOSS)
    return Training(model, X[..., None], Y, {"epochs": 4})


def _mixed(policy: str) -> Callable[[], Training]:
    def make() -> Training:
        keras.config.set_dtype_policy(policy)
        try:
            optimizer: Any = keras.optimizers.Adam(0.003)
            if policy == "mixed_float16":
                optimizer = keras.optimizers.LossScaleOptimizer(
                    optimizer, initial_scale=2.0**40, dynamic_growth_steps=50
                )
            return Training(_mlp(optimizer=optimizer), X, Y, {"epochs": 6})
        finally:
            keras.config.set_dtype_policy("float32")

    return make


def _xla() -> Training:
    return Training(
        _mlp(keras.layers.Dense(64, "gelu"), keras.layers.Dropout(0.2), jit_compile=True), X, Y, {"epochs": 4}
    )


def _several_steps() -> Training:
    return Training(_mlp(steps_per_execution=7), X, Y, {"epochs": 5})


def _accumulation() -> Training:
    optimizer = keras.optimizers.Adam(0.003, gradient_accumulation_steps=4)
    return Training(_mlp(optimizer=optimizer), X, Y, {"epochs": 8})


def _guarded() -> Training:
    model = classifier((64,), 10, "mlp", hidden_units=(64, 32))
    adapt(model, X)
    model.compile(AdamW(0.003), keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return Training(model, X, Y, {"epochs": 6})


def _imbalanced() -> Training:
    rare = (Y == 3) & (np.arange(len(Y)) % 4 == 0)
    model = _mlp(keras.layers.Dense(32, "relu"), keras.layers.Dense(1, "sigmoid"), loss="binary_crossentropy")
    return Training(model, X, rare.astype("float32"), {"epochs": 6})


def _multi_label() -> Training:
    labels = ((Y[:, None] >> np.arange(4)) & 1).astype("float32")
    model = _mlp(keras.layers.Dense(32, "relu"), keras.layers.Dense(4, "sigmoid"), loss="binary_crossentropy")
    return Training(model, X, labels, {"epochs": 6})


def _noisy_labels() -> Training:
    labels = np.where(np.random.default_rng(0).random(len(Y)) < 0.5, np.random.default_rng(1).permutation(Y), Y)
    return Training(_mlp(keras.layers.Dense(256, "relu")), X, labels, {"epochs": 10})


def _to_zero() -> Training:
    return Training(_mlp(keras.layers.Dense(256, "relu"), keras.layers.Dense(128, "relu")), X, Y, {"epochs": 20})


def _out_of_a_saddle() -> Training:
    small = keras.initializers.RandomNormal(stddev=0.02)
    layers = [keras.layers.Dense(32, "tanh", kernel_initializer=small) for _ in range(3)]
    return Training(_mlp(*layers, optimizer=keras.optimizers.SGD(0.1, momentum=0.9)), X, Y, {"epochs": 12})


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
    return Training(_mlp(*layers, loss="mse", metrics=[]), X, X, {"epochs": 6})


def _embedding() -> Training:
    words = (X[:, :32] * 20).astype("int32")
    layers = [keras.layers.Embedding(32, 8), keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(10, "softmax")]
    model = keras.Sequential([keras.Input((32,), dtype="int32"), *layers])
    model.compile("adam", _LOSS)
    return Training(model, words, Y, {"epochs": 6})


def _replicas() -> Training:
    with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
        return Training(_mlp(), X, Y, {"epochs": 5})


def _datasets() -> Training:
    dataset = tf.data.Dataset.from_tensor_slices((X, Y)).shuffle(500).batch(32).prefetch(2)
    return Training(_mlp(), dataset, None, {"epochs": 5})


TRAININGS: dict[str, Callable[[], Training]] = {
    "digits, Adam": _plain,
    "batches of 2 with 30 % wrong labels": _tiny_noisy_batches,
    "a schedule with restarts": _restarts,
    "warm-up to a high rate": _warmup,
    "dropout and noise": _dropout,
    "batch normalization of raw pixels": _batch_normalization,
    "sorted by class": _sorted_by_class,
    "harder data in the second half of an epoch": _curriculum,
    "unfreezing, at 20 times the rate": _unfreezing,
    "regression of unscaled targets": _regression,
    "targets with heavy tails": _heavy_tails,
    "recurrent, not clipped": _recurrent,
    "mixed_float16, searching its scale": _mixed("mixed_float16"),
    "mixed_bfloat16": _mixed("mixed_bfloat16"),
    "XLA": _xla,
    "several steps per execution": _several_steps,
    "gradient accumulation": _accumulation,
    "the guarded AdamW": _guarded,
    "a class of 2 %": _imbalanced,
    "multi-label": _multi_label,
    "half of the labels wrong": _noisy_labels,
    "down to a loss of zero": _to_zero,
    "out of a saddle": _out_of_a_saddle,
    "GAN": _gan,
    "autoencoder with random numbers of TensorFlow": _autoencoder,
    "embedding": _embedding,
    "two replicas": _replicas,
    "a shuffled tf.data pipeline": _datasets,
}


def trained(name: str, callbacks: list[keras.callbacks.Callback]) -> tuple[keras.Model, dict[str, list[float]]]:
    """Runs one of them from its seed; returns the model and the history of its last `fit`."""
    keras.utils.set_random_seed(7)
    training = TRAININGS[name]()
    arguments = {"verbose": 0, "callbacks": callbacks, **training.arguments}
    history = training.model.fit(training.x, training.y, **arguments).history
    if training.second is not None:
        for layer in training.model.layers:
            layer.trainable = True
        training.model.compile(**training.second)
        history = training.model.fit(training.x, training.y, **arguments).history
    return training.model, history
