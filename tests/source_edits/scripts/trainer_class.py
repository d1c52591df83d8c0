import keras
import numpy as np


class Trainer:
    def __init__(self, lr=1.0, epochs=2):
        self.lr = lr
        self.epochs = epochs
        self.model = None

    def build(self):
        self.model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
        self.model.compile(optimizer=keras.optimizers.SGD(learning_rate=self.lr), loss="mse")

    def train(self, x, y):
        history = self.model.fit(x, y, epochs=self.epochs)
        return history


trainer = Trainer(epochs=3)
trainer.build()
trainer.train(np.zeros((8, 4)), np.zeros((8, 2)))
