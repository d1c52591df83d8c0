import keras
import numpy as np

def train(x, y):
	model = keras.Sequential([
		keras.Input((4,)),
		keras.layers.Dense(2),
	])
	model.compile("sgd", "mse")
	if len(x):
		model.fit(x, y, validation_data=(x, y))

train(np.zeros((8, 4)), np.zeros((8, 2)))
