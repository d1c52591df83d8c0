import keras
import numpy as np

steps = 100
schedule = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=10, decay_rate=0.1)
optimizer = keras.optimizers.SGD(schedule)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
model.compile(optimizer, "mse")
model.fit(np.zeros((8, 4)), np.zeros((8, 2)))
