import keras
import numpy as np

fit_args = {
    "epochs": 2,
    "batch_size": 4,
}
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
model.compile("sgd", "mse")
model.fit(np.zeros((8, 4)), np.zeros((8, 2)), **fit_args)
