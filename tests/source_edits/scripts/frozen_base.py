import keras
import numpy as np

base = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(32, 32, 3))
base.trainable = False
model = keras.Sequential([base, keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2)])
model.trainable = False
model.compile("adam", "mse")
model.fit(np.zeros((8, 32, 32, 3)), np.zeros((8, 2)))
