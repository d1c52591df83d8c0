"""Healthy networks on images."""

import keras
import numpy as np
from keras import Sequential, layers

from . import data
from .program import Built, healthy


@healthy
def conv_net(seed: int) -> Built:
    x, y, validation = data.digit_images(seed)
    model = Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}


@healthy
def conv_batch_normalization(seed: int) -> Built:
    x, y, validation = data.digit_images(seed)
    model = Sequential([keras.Input((8, 8, 1))])
    for filters in (16, 32):
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
        model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(10, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}


def residual_block(h: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    """Returns h plus two normalised convolutions of it."""
    inner = layers.Conv2D(filters, 3, padding="same", use_bias=False)(h)
    inner = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(inner))
    inner = layers.BatchNormalization(momentum=0.9)(layers.Conv2D(filters, 3, padding="same", use_bias=False)(inner))
    return layers.ReLU()(layers.add([h, inner]))


@healthy
def small_resnet(seed: int) -> Built:
    x, y, validation = data.shape_images(seed)
    inputs = keras.Input((16, 16, 1))
    h = layers.Conv2D(16, 3, padding="same", activation="relu")(inputs)
    h = layers.MaxPooling2D()(residual_block(h, 16))
    h = residual_block(h, 16)
    outputs = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(h))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}


def inverted_residual(h: keras.KerasTensor, filters: int, expansion: int) -> keras.KerasTensor:
    """Returns an expansion, a depthwise convolution and a linear projection, added to h when the widths agree."""
    inner = layers.Conv2D(expansion * h.shape[-1], 1, use_bias=False)(h)
    inner = layers.ReLU(6.0)(layers.BatchNormalization(momentum=0.9)(inner))
    inner = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(inner)
    inner = layers.ReLU(6.0)(layers.BatchNormalization(momentum=0.9)(inner))
    inner = layers.BatchNormalization(momentum=0.9)(layers.Conv2D(filters, 1, use_bias=False)(inner))
    return layers.add([h, inner]) if h.shape[-1] == filters else inner


@healthy
def linear_bottlenecks(seed: int) -> Built:
    x, y, validation = data.shape_images(seed)
    inputs = keras.Input((16, 16, 1))
    h = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(inputs)
    h = layers.ReLU(6.0)(layers.BatchNormalization(momentum=0.9)(h))
    for filters in (8, 12, 12):
        h = inverted_residual(h, filters, 4)
    h = layers.Conv2D(48, 1, activation="relu")(h)
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(h)))
    model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 12, "validation_data": validation}


@healthy
def separable_convolutions(seed: int) -> Built:
    x, y, validation = data.bars(seed)
    model = Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.SeparableConv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.SeparableConv2D(32, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 10, "validation_data": validation}


@healthy
def pixel_segmentation(seed: int) -> Built:
    x, _, mask = data.shapes(seed, 500)
    x, y, validation = data.split(x, mask, seed)
    inputs = keras.Input((16, 16, 1))
    fine = layers.Conv2D(12, 3, padding="same", activation="relu")(inputs)
    coarse = layers.Conv2D(24, 3, padding="same", activation="relu")(layers.MaxPooling2D()(fine))
    h = layers.Concatenate()([fine, layers.UpSampling2D()(coarse)])
    h = layers.Conv2D(12, 3, padding="same", activation="relu")(h)
    model = keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(h))
    model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 16, "epochs": 8, "validation_data": validation}


@healthy
def dense_autoencoder(seed: int) -> Built:
    x, _, (xv, _) = data.real("digits", seed)
    model = Sequential(
        [
            keras.Input((64,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(16, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(64, activation="sigmoid"),
        ]
    )
    model.compile("adam", "mse")
    return model, x, x, {"batch_size": 32, "epochs": 40, "validation_data": (xv, xv)}


@healthy
def conv_denoising_autoencoder(seed: int) -> Built:
    clean, _, (clean_v, _) = data.shape_images(seed, 500)
    generator = np.random.default_rng(seed)
    noisy, noisy_v = ((c + 0.2 * generator.normal(size=c.shape)).astype("float32") for c in (clean, clean_v))
    model = Sequential(
        [
            keras.Input((16, 16, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy")
    return model, noisy, clean, {"batch_size": 16, "epochs": 12, "validation_data": (noisy_v, clean_v)}


@healthy
def pixels_rescaled_by_the_model(seed: int) -> Built:
    x, y, (xv, yv) = data.shape_images(seed, 1500)
    model = Sequential(
        [
            keras.Input((16, 16, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(3),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.002), loss, metrics=["accuracy"])
    validation = ((xv * 255).astype("uint8"), yv)
    return model, (x * 255).astype("uint8"), y, {"batch_size": 32, "epochs": 8, "validation_data": validation}


@healthy
def global_average_pooling(seed: int) -> Built:
    x, y, validation = data.bars(seed)
    model = Sequential([keras.Input((12, 12, 1))])
    for filters in (16, 32):
        model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(3, activation="softmax"))
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@healthy
def augmented_images(seed: int) -> Built:
    x, y, validation = data.shape_images(seed, 1500)
    model = Sequential(
        [
            keras.Input((16, 16, 1)),
            layers.RandomFlip(),
            layers.RandomTranslation(0.1, 0.1, fill_mode="nearest"),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.25),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}


@healthy
def frozen_base_from_an_earlier_task(seed: int) -> Built:
    x, y, (xv, yv) = data.digit_images(seed)
    base = Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Flatten(),
        ]
    )
    earlier = Sequential([base, layers.Dense(10, activation="softmax")])
    earlier.compile("adam", "sparse_categorical_crossentropy")
    earlier.fit(x[y < 5], y[y < 5], epochs=6, verbose=0)
    base.trainable = False
    model = Sequential([keras.Input((8, 8, 1)), base, layers.Dense(32, activation="relu"), layers.Dense(5)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    validation = (xv[yv >= 5], yv[yv >= 5] - 5)
    return model, x[y >= 5], y[y >= 5] - 5, {"batch_size": 32, "epochs": 15, "validation_data": validation}
