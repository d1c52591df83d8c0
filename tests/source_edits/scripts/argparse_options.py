import argparse

import keras
import numpy as np

parser = argparse.ArgumentParser(description="Trains a classifier.")
parser.add_argument("--learning-rate", type=float, default=5.0, help="of SGD")
parser.add_argument("--epochs", default=3, type=int)
parser.add_argument("-b", "--batch-size", dest="batch", default=512, type=int)
args = parser.parse_args()
print(f"training at {args.learning_rate}")

x = np.random.normal(size=(64, 4))
y = np.random.randint(0, 2, size=64)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
model.compile(keras.optimizers.SGD(args.learning_rate), "sparse_categorical_crossentropy")
model.fit(x, y, batch_size=args.batch, epochs=args.epochs)
