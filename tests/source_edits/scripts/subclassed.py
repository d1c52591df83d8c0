import keras
import numpy as np


class Net(keras.Model):
    """A small net."""

    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(16, activation="sigmoid")
        self.drop = keras.layers.Dropout(0.9)
        self.readout = keras.layers.Dense(2)

    def call(self, x, training=False):
        h = self.hidden(x)
        h = self.drop(h, training=training)
        return self.readout(h)


def main():
    x, y = np.ones((8, 4)), np.zeros((8, 2))
    net = Net()
    net.compile(optimizer="sgd", loss="mse")
    net.fit(x, y, epochs=2)


main()
