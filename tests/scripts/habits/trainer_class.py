"""A class that owns the model, a subclass of Model with its own step, and tf.data."""

import keras
import numpy as np
import tensorflow as tf


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(16, activation="relu")
        self.readout = keras.layers.Dense(2)

    def call(self, x):
        return self.readout(self.hidden(x))

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x, y, self(x, training=True))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}


class Trainer:
    def __init__(self, seed):
        keras.utils.set_random_seed(seed)
        self.model = Net()
        self.model.compile(
            keras.optimizers.SGD(0.1, momentum=0.9, clipnorm=0.1),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )

    def data(self):
        rng = np.random.default_rng(0)
        x = rng.normal(size=(256, 6)).astype("float32")
        y = (x[:, 0] + x[:, 1] > 0).astype("int32")
        return tf.data.Dataset.from_tensor_slices((x, y)).shuffle(256, seed=1).batch(32)

    def train(self):
        self.model.fit(self.data(), epochs=3, verbose=0)
        np.savez("weights.npz", *self.model.get_weights())


if __name__ == "__main__":
    Trainer(0).train()
