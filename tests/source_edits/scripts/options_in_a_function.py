"""Options come from one function, the model from another."""

from argparse import ArgumentParser

import numpy as np
from tensorflow import keras


def options():
    parser = ArgumentParser()
    parser.add_argument("--lr", type=float, default=5.0)
    parser.add_argument("--width", type=int, default=8)
    return parser.parse_args()


def build(width, lr):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(width), keras.layers.Dense(2)])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=lr), loss="mse")
    return model


def main(opts):
    x, y = np.zeros((8, 4)), np.zeros((8, 2))
    model = build(opts.width, lr=opts.lr)
    model.fit(x, y)


if __name__ == "__main__":
    main(options())
