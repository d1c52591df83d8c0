import keras
import numpy as np
from sklearn.model_selection import KFold

x, y = np.random.normal(size=(64, 4)), np.random.randint(1, 3, size=64)


def build():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


for train, test in KFold(4).split(x):
    model = build()
    model.fit(x[train], y[train], validation_data=(x[test], y[test]), epochs=2)
for _ in range(2):
    model.fit(x, y)
