import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.copying.model_copy import copy_model
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.chosen_losses import ChosenLoss

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(6, 3)).astype("float32"), RNG.normal(size=(6, 1)).astype("float32")


class Own(keras.Model):
    """Keeps a running mean that its list of metrics does not name, and draws random numbers."""

    def __init__(self, whole):
        super().__init__()
        self.part = keras.Sequential([keras.layers.Dense(1), keras.layers.Dropout(0.5)])
        self.track, self.whole = keras.metrics.Mean(name="loss"), whole

    def call(self, x, training=False):
        return self.part(x, training=training)

    @property
    def metrics(self):
        return []

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            answer = self(x, training=True) if self.whole else self.part(x, training=True)
            loss = tf.reduce_mean((y - answer) ** 2)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        self.track.update_state(loss)
        return {"loss": self.track.result()}


def own(whole):
    model = Own(whole)
    model(X)
    model.compile("sgd")
    return ChosenLoss(copy_model(model), Batch(X, Y))


def test_an_own_step_takes_what_is_chosen():
    loss = own(whole=True)
    assert loss(Y, [Y]) == 0
    assert loss(Y, [Y + 2]) == pytest.approx(4.0)
    assert loss.substituted
    assert "call" not in vars(loss.model)


def test_one_that_runs_its_parts_cannot():
    loss = own(whole=False)
    assert loss(Y, [Y]) > 0
    assert not loss.substituted
    first = loss(Y)
    assert loss(Y) == first != loss(-Y)


def test_the_loss_of_compile():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mae")
    loss = ChosenLoss(copy_model(model), Batch(X, Y))
    assert loss(Y, [Y + 2]) == pytest.approx(2.0)
    assert loss(Y) == pytest.approx(float(np.abs(Y - np.asarray(model(X))).mean()), rel=1e-5)
