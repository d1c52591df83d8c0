"""Healthy programs of keras.io whose losses, heads or inputs are out of the ordinary; the step is Keras's own."""

from typing import Any

import keras
import numpy as np
from keras import Sequential, layers, ops

from . import data
from .program import Built, healthy


def apart(y: Any, distance: Any) -> Any:
    """Returns the loss of distances between pairs that belong together, 0, or do not, 1 (Hadsell et al. 2006)."""
    return ops.mean((1 - y) * ops.square(distance) + y * ops.square(ops.maximum(1 - distance, 0)))


@healthy
def siamese_pairs(seed: int) -> Built:
    x, y, _ = data.real("digits", seed)
    generator = np.random.default_rng(seed)
    first = generator.integers(0, len(x), 3000)
    same = generator.random(3000) < 0.5
    by_class = {k: np.flatnonzero(y == k) for k in range(10)}
    of_same = np.array([generator.choice(by_class[y[index]]) for index in first])
    second = np.where(same, of_same, generator.integers(0, len(x), 3000))
    differ = (y[first] != y[second]).astype("float32")[:, None]
    tower = Sequential([keras.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(16)])
    left, right = keras.Input((64,)), keras.Input((64,))

    def distance(parts: Any) -> Any:
        squares = ops.sum(ops.square(parts[0] - parts[1]), axis=1, keepdims=True)
        return ops.sqrt(ops.maximum(squares, 1e-7))

    model = keras.Model([left, right], layers.Lambda(distance)([tower(left), tower(right)]))
    model.compile(keras.optimizers.Adam(0.001), apart)
    return model, [x[first], x[second]], differ, {"batch_size": 32, "epochs": 12}


@healthy
def transformer_for_text(seed: int) -> Built:
    x, y, validation = data.tokens(seed)
    inputs = keras.Input((20,), dtype="int32")
    places = ops.arange(20)
    h = layers.Embedding(200, 32)(inputs) + layers.Embedding(20, 32)(places)
    attended = layers.MultiHeadAttention(2, 16)(h, h)
    h = layers.LayerNormalization(epsilon=1e-6)(h + layers.Dropout(0.1)(attended))
    fed = layers.Dense(32)(layers.Dense(32, activation="relu")(h))
    h = layers.LayerNormalization(epsilon=1e-6)(h + layers.Dropout(0.1)(fed))
    h = layers.Dense(20, activation="relu")(layers.GlobalAveragePooling1D()(h))
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(h))
    model.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 10, "validation_data": validation}


@healthy
def sequence_to_sequence(seed: int) -> Built:
    """Turns a sequence of symbols round, fed with what it should have said before (keras.io, seq2seq by an LSTM)."""
    generator = np.random.default_rng(seed)
    symbols, length = 6, 5
    source = generator.integers(0, symbols, (1600, length))
    target = source[:, ::-1]
    begun = np.concatenate([np.full((len(source), 1), symbols), target[:, :-1]], axis=1)
    coded = [np.eye(symbols + 1, dtype="float32")[part] for part in (source, begun, target)]
    encoder_inputs, decoder_inputs = keras.Input((None, symbols + 1)), keras.Input((None, symbols + 1))
    _, *states = layers.LSTM(48, return_state=True)(encoder_inputs)
    said = layers.LSTM(48, return_sequences=True)(decoder_inputs, initial_state=states)
    model = keras.Model([encoder_inputs, decoder_inputs], layers.Dense(symbols + 1, activation="softmax")(said))
    model.compile(keras.optimizers.RMSprop(0.005), "categorical_crossentropy", metrics=["accuracy"])
    return model, [coded[0], coded[1]], coded[2], {"batch_size": 64, "epochs": 25, "validation_split": 0.2}


@healthy
def three_outputs(seed: int) -> Built:
    """A class, a number and several marks, from layers that they share; the number is scaled."""
    x, y = data.teacher(seed, n=2400, outputs=6, noise=0.0)
    kind, size, marks = y[:, :3].argmax(1), y[:, 3:4], (y[:, 4:] > 0).astype("float32")
    inputs = keras.Input((10,))
    h = layers.Dense(64, activation="relu")(layers.Dense(96, activation="relu")(inputs))
    heads = {
        "kind": layers.Dense(3, activation="softmax", name="kind")(h),
        "size": layers.Dense(1, name="size")(h),
        "marks": layers.Dense(2, activation="sigmoid", name="marks")(h),
    }
    model = keras.Model(inputs, heads)
    losses = {"kind": "sparse_categorical_crossentropy", "size": "mse", "marks": "binary_crossentropy"}
    model.compile(keras.optimizers.Adam(0.002), losses, metrics={"kind": "accuracy", "marks": "binary_accuracy"})
    return model, x, {"kind": kind, "size": size, "marks": marks}, {"batch_size": 32, "epochs": 20}


def dice_and_crossentropy(y: Any, p: Any) -> Any:
    """Returns a usual loss of segmentation: one minus the overlap, beside a cross-entropy."""
    overlap = (2 * ops.sum(y * p) + 1) / (ops.sum(y) + ops.sum(p) + 1)
    return 1 - overlap + ops.mean(keras.losses.binary_crossentropy(y, p))


@healthy
def segmentation_by_overlap(seed: int) -> Built:
    generator = np.random.default_rng(seed)
    rows, columns = np.mgrid[:16, :16]
    centre, radius = generator.uniform(4, 12, (500, 2, 1, 1)), generator.uniform(2, 5, (500, 1, 1))
    inside = (rows - centre[:, 0]) ** 2 + (columns - centre[:, 1]) ** 2 < radius**2
    x = (inside + 0.4 * generator.normal(size=inside.shape)).astype("float32")[..., None]
    y = inside.astype("float32")[..., None]
    inputs = keras.Input((16, 16, 1))
    down = layers.Conv2D(16, 3, padding="same", activation="relu")(inputs)
    h = layers.Conv2D(24, 3, padding="same", activation="relu")(layers.MaxPooling2D()(down))
    h = layers.concatenate([layers.UpSampling2D()(h), down])
    h = layers.Conv2D(16, 3, padding="same", activation="relu")(h)
    model = keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(h))
    model.compile(keras.optimizers.Adam(0.002), dice_and_crossentropy, metrics=["accuracy"])
    return model, x, y, {"batch_size": 16, "epochs": 8}
