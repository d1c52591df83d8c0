from tensorflow import keras
import numpy as np

x_train, y_train = np.random.normal(100, 10, size=(64, 4)), np.zeros(64)
model = keras.Sequential()
model.add(keras.layers.Dense(8, activation="relu", input_shape=(4,)))
model.add(keras.layers.Dense(1))
model.compile("adam", "mse")
model.fit(x_train, y_train)
