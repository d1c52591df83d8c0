"""Healthy models that are no plain stack, and inputs that are no plain arrays."""

import keras
import numpy as np
import tensorflow as tf
from keras import Sequential, layers

from keras_stable import models

from . import data
from .program import Built, healthy


@healthy
def two_inputs(seed: int) -> Built:
    text, topic, (text_v, topic_v) = data.tokens(seed, topics=2)
    generator = np.random.default_rng(seed)
    parts = []
    for ids, y in ((text, topic), (text_v, topic_v)):
        sign = generator.integers(0, 2, len(y))
        numbers = (generator.normal(size=(len(y), 3)) * 0.3 + np.stack([sign, -sign, sign], 1)).astype("float32")
        parts.append(([ids, numbers], 2 * y + sign))
    (x, y), validation = parts
    words, numbers = keras.Input((20,), dtype="int32", name="words"), keras.Input((3,), name="numbers")
    pooled = layers.GlobalAveragePooling1D()(layers.Embedding(200, 16)(words))
    h = layers.concatenate([pooled, layers.Dense(16, activation="relu")(numbers)])
    h = layers.Dense(32, activation="relu")(h)
    model = keras.Model([words, numbers], layers.Dense(4, activation="softmax")(h))
    model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}


@healthy
def two_outputs(seed: int) -> Built:
    x, y = data.teacher(seed, outputs=2, noise=0.0)
    kind, size = (y[:, :1] > 0).astype("float32"), y[:, 1:]
    cut = 1600
    inputs = keras.Input((10,))
    h = layers.Dense(64, activation="relu")(inputs)
    h = layers.Dense(32, activation="relu")(h)
    heads = {"kind": layers.Dense(1, activation="sigmoid", name="kind")(h), "size": layers.Dense(1, name="size")(h)}
    model = keras.Model(inputs, heads)
    losses = {"kind": "binary_crossentropy", "size": "mse"}
    model.compile(
        keras.optimizers.Adam(0.003), losses, loss_weights={"kind": 1.0, "size": 0.5}, metrics={"kind": "accuracy"}
    )
    validation = (x[cut:], {"kind": kind[cut:], "size": size[cut:]})
    train = {"kind": kind[:cut], "size": size[:cut]}
    return model, x[:cut], train, {"batch_size": 32, "epochs": 25, "validation_data": validation}


class Perceptron(keras.Model):
    """A model written as a class, as tutorials do: made without shapes, and without a config."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.hidden = layers.Dense(64, activation="relu")
        self.dropout = layers.Dropout(0.2)
        self.readout = layers.Dense(classes)

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns logits."""
        return self.readout(self.dropout(self.hidden(inputs), training=training))


@healthy
def subclassed_model(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    model = Perceptron(10)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@healthy
def dense_skip_connections(seed: int) -> Built:
    x, y, validation = data.spirals(seed)
    inputs = keras.Input((2,))
    h = layers.Dense(48, activation="relu")(inputs)
    for _ in range(4):
        h = layers.add([h, layers.Dense(48)(layers.Dense(48, activation="relu")(h))])
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.LayerNormalization()(h)))
    model.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 12, "validation_data": validation}


@healthy
def shared_encoder_of_pairs(seed: int) -> Built:
    digits, y, _ = data.real("digits", seed)
    generator = np.random.default_rng(seed)
    keep = y < 4
    digits, y = digits[keep], y[keep]
    left, right = generator.integers(0, len(y), (2, 4000))
    swap = generator.random(4000) < 0.33
    right = np.where(swap, [generator.choice(np.flatnonzero(y == c)) for c in y[left]], right)
    same = (y[left] == y[right]).astype("float32")
    encoder = Sequential([keras.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(24, activation="relu")])
    a, b = keras.Input((64,)), keras.Input((64,))
    distance = keras.ops.abs(encoder(a) - encoder(b))
    model = keras.Model([a, b], layers.Dense(1, activation="sigmoid")(layers.Dense(24, activation="relu")(distance)))
    model.compile(keras.optimizers.Adam(0.002), "binary_crossentropy", metrics=["accuracy"])
    x = [digits[left], digits[right]]
    return model, x, same, {"batch_size": 32, "epochs": 10}


@healthy
def tf_data_pipeline(seed: int) -> Built:
    x, y, validation = data.digit_images(seed)
    train = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1000, seed=seed).batch(32).prefetch(tf.data.AUTOTUNE)
    model = Sequential(
        [
            layers.Conv2D(16, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return (
        model,
        train,
        None,
        {"epochs": 12, "validation_data": tf.data.Dataset.from_tensor_slices(validation).batch(32)},
    )


class Batches(keras.utils.PyDataset):
    """Arrays as shuffled batches."""

    def __init__(self, x: data.Array, y: data.Array, batch_size: int, seed: int) -> None:
        super().__init__()
        self.x, self.y, self.batch_size = x, y, batch_size
        self.generator = np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-len(self.x) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[data.Array, data.Array]:
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        return self.x[rows], self.y[rows]

    def on_epoch_end(self) -> None:
        """Draws the next order."""
        self.order = self.generator.permutation(len(self.x))


@healthy
def py_dataset(seed: int) -> Built:
    x, y, validation = data.taught_classes(seed)
    model = Sequential([keras.Input((10,)), layers.Dense(64, activation="relu"), layers.Dense(4, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, Batches(x, y, 32, seed), None, {"epochs": 20, "validation_data": validation}


@healthy
def stable_classifier(seed: int) -> Built:
    x, y, validation = data.real("wine", seed, scaled=False)
    model = models.classifier((13,), 3, hidden_units=[32])
    models.adapt(model, x)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.AdamW(0.005), loss, metrics=["accuracy"])
    return model, x, y, {"batch_size": 16, "epochs": 30, "validation_data": validation}


@healthy
def wide_and_deep(seed: int) -> Built:
    x, y, validation = data.split(*data.teacher(seed, features=8), seed)
    inputs = keras.Input((8,))
    deep = layers.Dense(30, activation="relu")(layers.Dense(30, activation="relu")(inputs))
    model = keras.Model(inputs, layers.Dense(1)(layers.concatenate([inputs, deep])))
    model.compile(keras.optimizers.Adam(0.003), "mse", metrics=["mae"])
    return model, x, y, {"batch_size": 32, "epochs": 25, "validation_data": validation}
