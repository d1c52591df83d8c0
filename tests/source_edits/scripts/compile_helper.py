import keras
import numpy as np


def compile_model(model, optimizer="sgd", loss="mse"):
    model.compile(optimizer=optimizer, loss=loss, metrics=["mae"])


def get_optimizer(rate):
    return keras.optimizers.Adam(rate)


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
compile_model(model, optimizer=get_optimizer(3.0))
model.fit(np.zeros((8, 4)), np.zeros((8, 1)))
