"""Healthy programs of kinds that keras.io shows among its examples, made small."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from . import data
from .program import Built, healthy


@healthy
def transformer_for_time_series(seed: int) -> Built:
    """Attention over the steps of a sensor, whose frequency is its class."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, 900)
    time = np.arange(48)
    waves = np.sin((0.25 + 0.15 * y)[:, None] * time + rng.uniform(0, 6.28, (900, 1)))
    x = (waves + 0.3 * rng.normal(size=waves.shape)).astype("float32")[..., None]
    inputs = keras.Input((48, 1))
    hidden = layers.Conv1D(16, 4, strides=2, padding="same", activation="relu")(inputs)
    for _ in range(2):
        normal = layers.LayerNormalization(epsilon=1e-6)(hidden)
        hidden = hidden + layers.MultiHeadAttention(2, 8, dropout=0.1)(normal, normal)
        normal = layers.LayerNormalization(epsilon=1e-6)(hidden)
        hidden = hidden + layers.Conv1D(16, 1)(layers.Conv1D(32, 1, activation="relu")(normal))
    pooled = layers.Dense(32, activation="relu")(layers.GlobalAveragePooling1D()(hidden))
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.Dropout(0.2)(pooled)))
    model.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x[:700], y[:700], {"batch_size": 32, "epochs": 12, "validation_data": (x[700:], y[700:])}


def discs(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    places = rng.uniform(5, 19, (count, 2))
    radius = rng.uniform(3, 6, count)
    grid = np.arange(24)
    apart = np.hypot(grid[None, :, None] - places[:, 0, None, None], grid[None, None] - places[:, 1, None, None])
    masks = (apart < radius[:, None, None]).astype("float32")[..., None]
    return (0.6 * masks + 0.25 * rng.normal(size=masks.shape)).astype("float32"), masks


@healthy
def unet_for_segmentation(seed: int) -> Built:
    """Down and up again with a skip at each size; pictures and masks are flipped together, behind the cache."""
    pictures, masks = discs(seed, 480)

    def flipped(picture: Any, mask: Any) -> Any:
        both = tf.image.random_flip_left_right(tf.concat([picture, mask], axis=-1))
        return both[..., :1], both[..., 1:]

    training = tf.data.Dataset.from_tensor_slices((pictures[:400], masks[:400]))
    training = training.cache().shuffle(400).map(flipped).batch(20).prefetch(2)
    inputs = keras.Input((24, 24, 1))
    skips, hidden = [], inputs
    for width in (8, 16):
        for _ in range(2):
            hidden = layers.Conv2D(width, 3, padding="same", activation="relu")(hidden)
        skips.append(hidden)
        hidden = layers.MaxPooling2D()(hidden)
    hidden = layers.Conv2D(32, 3, padding="same", activation="relu")(hidden)
    for width in (16, 8):
        up = layers.Conv2DTranspose(width, 2, strides=2, padding="same")(hidden)
        hidden = layers.Concatenate()([up, skips.pop()])
        hidden = layers.Conv2D(width, 3, padding="same", activation="relu")(hidden)
    model = keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(hidden))
    model.compile(keras.optimizers.Adam(3e-3), "binary_crossentropy", metrics=["accuracy"])
    return model, training, None, {"epochs": 10, "validation_data": (pictures[400:], masks[400:])}


class Similarity(keras.Model):
    """Pulls two pictures of one class together, against those of all others in the batch."""

    def train_step(self, data: Any) -> dict[str, Any]:
        pairs = data[0] if isinstance(data, tuple) else data
        anchors, positives = pairs[0], pairs[1]
        with tf.GradientTape() as tape:
            one, other = self(anchors, training=True), self(positives, training=True)
            likeness = ops.matmul(one, ops.transpose(other)) / 0.2
            loss = self.compute_loss(y=ops.arange(10), y_pred=likeness)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        for metric in self.metrics:
            metric.update_state(loss) if metric.name == "loss" else metric.update_state(ops.arange(10), likeness)
        return {metric.name: metric.result() for metric in self.metrics}


class Pairs(keras.utils.PyDataset):
    """Two digits of each of the ten classes in a batch, [2, 10, 64]; there are no labels."""

    def __init__(self, x: np.ndarray, y: np.ndarray, seed: int) -> None:
        super().__init__()
        self.x, self.of_class = x, [np.flatnonzero(y == k) for k in range(10)]
        self.rng = np.random.default_rng(seed)

    def __len__(self) -> int:
        return 60

    def __getitem__(self, index: int) -> np.ndarray:
        rows = np.array([self.rng.choice(numbers, 2, replace=False) for numbers in self.of_class])
        return self.x[rows.T]


@healthy
def metric_learning(seed: int) -> Built:
    x, y, _ = data.real("digits", seed)
    inputs = keras.Input((64,))
    hidden = layers.Dense(64, activation="relu")(inputs)
    model = Similarity(inputs, layers.UnitNormalization()(layers.Dense(8)(hidden)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(2e-3), loss, metrics=[keras.metrics.SparseCategoricalAccuracy()])
    return model, Pairs(x, y, seed), None, {"epochs": 8}
