import keras
import numpy as np

OPTIMIZERS = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}
LOSSES = {"mse": keras.losses.MeanSquaredError()}
name, rate = "sgd", 10.0

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
model.compile(loss=LOSSES["mse"], optimizer=OPTIMIZERS[name](rate))
model.fit(x=np.zeros((8, 4)), y=np.zeros((8, 2)), shuffle=False)
