import keras, numpy as np
x = np.random.normal(size=(64, 4)); y = np.random.randint(0, 2, size=64)
m = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "tanh"), keras.layers.Dropout(0.9), keras.layers.Dense(2)])
m.compile("sgd", keras.losses.SparseCategoricalCrossentropy(True))
m.fit(x, y, 16, 3)
