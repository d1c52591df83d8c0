import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.nonfinite_origins import nonfinite_origin

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
LOSSES = {
    "distance": lambda e: tf.reduce_mean(tf.sqrt(tf.reduce_sum((e[:, None] - e[None, :]) ** 2, -1))),
    "logarithm": lambda e: tf.reduce_mean(tf.math.log(tf.nn.relu(e))),
    "sound": lambda e: tf.reduce_mean(e**2),
}


class Own(keras.Model):
    def __init__(self, loss):
        super().__init__()
        self.embedded, self.loss_of = keras.layers.Dense(4, name="embedded"), LOSSES[loss]

    def call(self, x):
        return self.embedded(x)

    def train_step(self, x):
        with tf.GradientTape() as tape:
            loss = self.loss_of(self(x))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}


@pytest.mark.parametrize(
    ("loss", "where", "operation", "layer"),
    [("distance", "gradients", "slope of a square root at 0", "embedded"), ("logarithm", "loss", "log of 0", "")],
)
def test_the_step_itself_is_followed(loss, where, operation, layer):
    model = Own(loss)
    model(X)
    model.compile("sgd")
    origin = nonfinite_origin(model, Batch(X, None), 5, 2)
    assert (origin.step, origin.batch, origin.where, origin.operation) == (5, 2, where, operation)
    assert origin.layer == layer
    assert tf.GradientTape.gradient.__name__ == "gradient"
    assert not hasattr(tf.GradientTape.gradient, "__wrapped__")


def test_a_step_of_finite_numbers():
    model = Own("sound")
    model(X)
    model.compile("sgd")
    assert nonfinite_origin(model, Batch(X, None), 0) is None
