import keras
import numpy as np

optimizer = "sgd"  # or adam
loss = "sparse_categorical_crossentropy"
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
model.compile(optimizer=optimizer, loss=loss)
model.fit(np.zeros((8, 4)), np.zeros(8))
