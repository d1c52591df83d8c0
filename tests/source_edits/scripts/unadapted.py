import keras
import numpy as np

x = np.random.normal(100, 10, size=(64, 4))
scale = keras.layers.Normalization()
model = keras.Sequential([keras.Input((4,)), scale, keras.layers.Dense(2)])
model.compile("adam", "mse", metrics=["mae", keras.metrics.MeanSquaredError(name="mse"), "accuracy"])
model.fit(x, x[:, :2])
