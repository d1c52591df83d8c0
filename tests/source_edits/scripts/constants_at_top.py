import keras
import numpy as np

LEARNING_RATE = 1e1
EPOCHS: int = 2
BATCH = 64
SEED, WIDTH = 0, 16

x = np.random.default_rng(SEED).normal(size=(640, 4))[: 10 * BATCH]
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(WIDTH), keras.layers.Dense(4)])
model.compile(keras.optimizers.SGD(LEARNING_RATE), "mse")
print("rate", LEARNING_RATE)
model.fit(x, x, BATCH, EPOCHS)
