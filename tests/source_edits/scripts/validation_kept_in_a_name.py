import keras
import numpy as np
from sklearn.model_selection import train_test_split


def main():
    x, y = np.random.normal(size=(64, 4)) * 255, np.random.randint(0, 2, size=(64, 2))
    x_train, x_val, y_train, y_val = train_test_split(x, y)
    val = (x_val, y_val)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    model.compile("adam", "mse")
    model.fit(x_train, y_train, validation_data=val, epochs=2)
    model.evaluate(x_val, y_val)


main()
