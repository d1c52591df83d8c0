from functools import partial

import keras
import numpy as np

Hidden = partial(keras.layers.Dense, activation="sigmoid")
make_optimizer = partial(keras.optimizers.SGD, momentum=0.9)

model = keras.Sequential([keras.Input((4,)), Hidden(8), Hidden(8), keras.layers.Dense(2)])
model.compile(make_optimizer(5.0), "mse")
model.fit(np.zeros((8, 4)), np.zeros((8, 2)))
