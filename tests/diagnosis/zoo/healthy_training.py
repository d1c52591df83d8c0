"""Healthy programs that differ in how they train."""

import keras
from keras import Sequential, layers

from . import data
from .program import Built, healthy


def digits_network(**arguments: object) -> keras.Model:
    """Returns an uncompiled network of one hidden layer for the digits."""
    hidden = layers.Dense(64, activation="relu", **arguments)
    return Sequential([keras.Input((64,)), hidden, layers.Dense(10, activation="softmax")])


def compiled(model: keras.Model, optimizer: keras.optimizers.Optimizer | str) -> keras.Model:
    """Returns the model, compiled for class ids."""
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@healthy
def sgd_momentum(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    model = compiled(digits_network(), keras.optimizers.SGD(0.05, momentum=0.9))
    return model, x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}


@healthy
def sgd_nesterov(seed: int) -> Built:
    x, y, validation = data.real("wine", seed)
    model = Sequential([keras.Input((13,)), layers.Dense(32, activation="relu"), layers.Dense(3, activation="softmax")])
    compiled(model, keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True))
    return model, x, y, {"batch_size": 16, "epochs": 25, "validation_data": validation}


@healthy
def rmsprop(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    model = compiled(digits_network(), "rmsprop")
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@healthy
def adamw_cosine_decay(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    epochs = 15
    rate = keras.optimizers.schedules.CosineDecay(0.003, epochs * -(-len(x) // 32))
    model = compiled(digits_network(), keras.optimizers.AdamW(rate, weight_decay=0.01))
    return model, x, y, {"batch_size": 32, "epochs": epochs, "validation_data": validation}


@healthy
def exponential_decay(seed: int) -> Built:
    x, y, validation = data.moons(seed)
    rate = keras.optimizers.schedules.ExponentialDecay(0.02, 200, 0.8)
    model = Sequential([keras.Input((2,)), layers.Dense(32, activation="relu"), layers.Dense(16, activation="relu")])
    model.add(layers.Dense(2, activation="softmax"))
    compiled(model, keras.optimizers.Adam(rate))
    return model, x, y, {"batch_size": 32, "epochs": 25, "validation_data": validation}


@healthy
def warm_up(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    rate = keras.optimizers.schedules.CosineDecay(0.0, 540, warmup_target=0.003, warmup_steps=90)
    model = compiled(digits_network(), keras.optimizers.Adam(rate))
    return model, x, y, {"batch_size": 32, "epochs": 14, "validation_data": validation}


@healthy
def batch_size_one(seed: int) -> Built:
    x, y, validation = data.real("iris", seed)
    model = Sequential([keras.Input((4,)), layers.Dense(10, activation="relu"), layers.Dense(3, activation="softmax")])
    compiled(model, keras.optimizers.SGD(0.01))
    return model, x, y, {"batch_size": 1, "epochs": 20, "validation_data": validation}


@healthy
def small_batches(seed: int) -> Built:
    x, y, validation = data.real("breast_cancer", seed)
    model = Sequential([keras.Input((30,)), layers.Dense(16, activation="relu"), layers.Dense(2, activation="softmax")])
    compiled(model, "adam")
    return model, x, y, {"batch_size": 4, "epochs": 8, "validation_data": validation}


@healthy
def full_batch_gradient_descent(seed: int) -> Built:
    x, y, validation = data.real("iris", seed)
    model = Sequential([keras.Input((4,)), layers.Dense(16, activation="tanh"), layers.Dense(3, activation="softmax")])
    compiled(model, keras.optimizers.SGD(0.5, momentum=0.9))
    return model, x, y, {"batch_size": len(x), "epochs": 25, "validation_data": validation}


@healthy
def weight_penalty(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    model = compiled(digits_network(kernel_regularizer=keras.regularizers.L2(1e-4)), "adam")
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@healthy
def held_out_share(seed: int) -> Built:
    x, y, _ = data.real("digits", seed)
    model = compiled(digits_network(), "adam")
    return model, x, y, {"batch_size": 64, "epochs": 25, "validation_split": 0.2}


@healthy
def callbacks_of_a_tutorial(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    model = compiled(digits_network(), keras.optimizers.Adam(0.003))
    callbacks = [
        keras.callbacks.EarlyStopping(monitor="val_loss", patience=4, restore_best_weights=True),
        keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.3, patience=2),
    ]
    return model, x, y, {"batch_size": 32, "epochs": 30, "validation_data": validation, "callbacks": callbacks}


@healthy
def averaged_weights(seed: int) -> Built:
    x, y, validation = data.taught_classes(seed)
    model = Sequential([keras.Input((10,)), layers.Dense(64, activation="relu"), layers.Dense(4, activation="softmax")])
    compiled(model, keras.optimizers.Adam(0.005, use_ema=True, ema_momentum=0.98))
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@healthy
def batch_normalized_dense(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    model = Sequential([keras.Input((64,))])
    for units in (64, 64):
        model.add(layers.Dense(units, kernel_initializer="he_normal", use_bias=False))
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
    model.add(layers.Dense(10, activation="softmax"))
    compiled(model, "adam")
    return model, x, y, {"batch_size": 32, "epochs": 15, "validation_data": validation}


@healthy
def compiled_by_xla(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    model = digits_network()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=True)
    return model, x, y, {"batch_size": 32, "epochs": 20, "validation_data": validation}


@healthy
def mixed_bfloat16(seed: int) -> Built:
    x, y, validation = data.real("digits", seed)
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = Sequential(
            [
                keras.Input((64,)),
                layers.Dense(128, activation="relu"),
                layers.Dense(64, activation="relu"),
                layers.Dense(10),
                layers.Activation("softmax", dtype="float32"),
            ]
        )
    finally:
        keras.config.set_dtype_policy(policy)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, x, y, {"batch_size": 32, "epochs": 12, "validation_data": validation}
