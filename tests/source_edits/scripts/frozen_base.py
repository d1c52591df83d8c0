import keras
import numpy as np

base = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(4, 3)], name="base")
base.trainable = False
model = keras.Sequential([base, keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2)])
model.trainable = False
model.compile("adam", "mse")
model.fit(np.zeros((8, 32, 32, 3)), np.zeros((8, 2)))
