import keras
import numpy as np
from keras import layers

x_train = np.random.normal(100, 10, size=(64, 4))
y_train = np.random.randint(0, 2, size=64)

inputs = keras.Input(shape=(4,))
h = layers.Dense(32, activation="tanh")(inputs)
h = layers.Dropout(0.9)(h)
out = layers.Dense(2, activation="softmax")(layers.Activation("relu")(h))
model = keras.Model(inputs, out)
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs=5)
