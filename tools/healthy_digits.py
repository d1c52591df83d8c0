"""Healthy trainings of a small classifier of digits: other layers, data, optimizers, precisions and ways to run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

_DIGITS = load_digits(return_X_y=True)
X, Y = (_DIGITS[0] / 16).astype("float32"), _DIGITS[1]
LOSS = "sparse_categorical_crossentropy"
_schedules = keras.optimizers.schedules


@dataclass
class Training:
    """A compiled model, and what `fit` takes."""

    model: keras.Model
    x: Any
    y: Any = None
    arguments: dict[str, Any] = field(default_factory=dict)
    second: dict[str, Any] | None = None


def mlp(*layers: Any, optimizer: Any = None, loss: Any = LOSS, **arguments: Any) -> keras.Model:
    """Returns a compiled model of the digits; layers of its own end in ten classes unless the loss is another."""
    last = [] if loss != LOSS else [keras.layers.Dense(10, "softmax")]
    body = layers or (keras.layers.Dense(64, "relu"),)
    model = keras.Sequential([keras.Input((64,)), *body, *last])
    model.compile(optimizer or keras.optimizers.Adam(0.003), loss, **{"metrics": ["accuracy"], **arguments})
    return model


def _plain() -> Training:
    return Training(mlp(), X, Y, {"epochs": 6, "validation_split": 0.1})


def _tiny_noisy_batches() -> Training:
    labels = np.where(np.random.default_rng(0).random(len(Y)) < 0.3, (Y * 7 + 3) % 10, Y)
    return Training(mlp(optimizer=keras.optimizers.SGD(0.05)), X, labels, {"epochs": 2, "batch_size": 2})


def _restarts() -> Training:
    rate = _schedules.CosineDecayRestarts(0.05, 120, t_mul=1.0, alpha=0.001)
    return Training(mlp(optimizer=keras.optimizers.SGD(rate, momentum=0.9)), X, Y, {"epochs": 10})


def _warmup() -> Training:
    rate = _schedules.CosineDecay(0.0, 300, warmup_target=0.01, warmup_steps=150)
    return Training(mlp(optimizer=keras.optimizers.AdamW(rate)), X, Y, {"epochs": 8})


def _dropout() -> Training:
    layers = [keras.layers.GaussianNoise(0.3), keras.layers.Dense(64, "relu"), keras.layers.Dropout(0.6)]
    return Training(mlp(*layers), X, Y, {"epochs": 6})


def _batch_normalization() -> Training:
    layers = [
        keras.layers.Reshape((8, 8, 1)), keras.layers.Conv2D(8, 3), keras.layers.BatchNormalization(),
        keras.layers.ReLU(), keras.layers.Flatten(),
    ]  # fmt: skip
    return Training(mlp(*layers), X * 255, Y, {"epochs": 5})


def _sorted_by_class() -> Training:
    order = np.argsort(Y, kind="stable")
    return Training(mlp(), X[order], Y[order], {"epochs": 5, "shuffle": False, "batch_size": 16})


def _curriculum() -> Training:
    hard = X + np.random.default_rng(0).normal(0, 0.3, X.shape).astype("float32")
    x, y = np.concatenate([X, X, hard, hard]), np.concatenate([Y] * 4)
    return Training(mlp(), x, y, {"epochs": 2, "shuffle": False})


def _unfreezing() -> Training:
    model = mlp(keras.layers.Dense(64, "relu"), keras.layers.Dense(32, "relu"))
    model.layers[0].trainable = False
    model.compile("adam", LOSS)
    return Training(model, X, Y, {"epochs": 4}, second={"optimizer": keras.optimizers.Adam(0.02), "loss": LOSS})


def _mixed(policy: str) -> Callable[[], Training]:
    def make() -> Training:
        keras.config.set_dtype_policy(policy)
        try:
            optimizer: Any = keras.optimizers.Adam(0.003)
            if policy == "mixed_float16":
                optimizer = keras.optimizers.LossScaleOptimizer(
                    optimizer, initial_scale=2.0**40, dynamic_growth_steps=50
                )
            return Training(mlp(optimizer=optimizer), X, Y, {"epochs": 6})
        finally:
            keras.config.set_dtype_policy("float32")

    return make


def _xla() -> Training:
    return Training(
        mlp(keras.layers.Dense(64, "gelu"), keras.layers.Dropout(0.2), jit_compile=True), X, Y, {"epochs": 4}
    )


def _several_steps() -> Training:
    return Training(mlp(steps_per_execution=7), X, Y, {"epochs": 5})


def _accumulation() -> Training:
    optimizer = keras.optimizers.Adam(0.003, gradient_accumulation_steps=4)
    return Training(mlp(optimizer=optimizer), X, Y, {"epochs": 8})


def _noisy_labels() -> Training:
    labels = np.where(np.random.default_rng(0).random(len(Y)) < 0.5, np.random.default_rng(1).permutation(Y), Y)
    return Training(mlp(keras.layers.Dense(256, "relu")), X, labels, {"epochs": 10})


def _to_zero() -> Training:
    return Training(mlp(keras.layers.Dense(256, "relu"), keras.layers.Dense(128, "relu")), X, Y, {"epochs": 20})


def _out_of_a_saddle() -> Training:
    small = keras.initializers.RandomNormal(stddev=0.02)
    layers = [keras.layers.Dense(32, "tanh", kernel_initializer=small) for _ in range(3)]
    return Training(mlp(*layers, optimizer=keras.optimizers.SGD(0.1, momentum=0.9)), X, Y, {"epochs": 12})


def _replicas() -> Training:
    with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
        return Training(mlp(), X, Y, {"epochs": 5})


def _datasets() -> Training:
    dataset = tf.data.Dataset.from_tensor_slices((X, Y)).shuffle(500).batch(32).prefetch(2)
    return Training(mlp(), dataset, None, {"epochs": 5})


DIGITS: dict[str, Callable[[], Training]] = {
    "digits, Adam": _plain,
    "batches of 2 with 30 % wrong labels": _tiny_noisy_batches,
    "a schedule with restarts": _restarts,
    "warm-up to a high rate": _warmup,
    "dropout and noise": _dropout,
    "batch normalization of raw pixels": _batch_normalization,
    "sorted by class": _sorted_by_class,
    "harder data in the second half of an epoch": _curriculum,
    "unfreezing, at 20 times the rate": _unfreezing,
    "mixed_float16, searching its scale": _mixed("mixed_float16"),
    "mixed_bfloat16": _mixed("mixed_bfloat16"),
    "XLA": _xla,
    "several steps per execution": _several_steps,
    "gradient accumulation": _accumulation,
    "half of the labels wrong": _noisy_labels,
    "down to a loss of zero": _to_zero,
    "out of a saddle": _out_of_a_saddle,
    "two replicas": _replicas,
    "a shuffled tf.data pipeline": _datasets,
}
