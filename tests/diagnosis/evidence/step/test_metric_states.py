import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.metric_states import kept_metrics

BATCH = Batch(np.ones((8, 2), "float32"), np.zeros((8, 1), "float32"))


class Own(keras.Model):
    def __init__(self, listed):
        super().__init__()
        self.answer = keras.layers.Dense(1)
        self.track, self.other = keras.metrics.Mean(name="loss"), keras.metrics.MeanAbsoluteError(name="mae")
        self.listed = listed

    @property
    def metrics(self):
        return [self.track, self.other] if self.listed else [self.track]

    def call(self, x):
        return self.answer(x)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            answer = self(x)
            loss = tf.reduce_mean((y - answer) ** 2)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        self.track.update_state(loss)
        self.other.update_state(y, answer)
        return {metric.name: metric.result() for metric in (self.track, self.other)}


@pytest.mark.parametrize("listed", [True, False])
def test_a_metric_that_the_model_does_not_list(listed):
    model = Own(listed)
    model(BATCH.x)
    model.compile("sgd")
    assert kept_metrics(model, BATCH) == (() if listed else ("mae",))


class Counting(keras.metrics.Metric):
    def __init__(self, resets):
        super().__init__(name="counting")
        self.count, self.resets = self.add_weight(name="count", initializer="zeros"), resets

    def update_state(self, y, p, sample_weight=None):
        self.count.assign_add(1.0)

    def result(self):
        return self.count

    def reset_state(self):
        if self.resets:
            self.count.assign(0.0)


@pytest.mark.parametrize("resets", [True, False])
def test_an_own_metric_that_does_not_reset_itself(resets):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=[Counting(resets)])
    assert kept_metrics(model, BATCH) == (() if resets else ("counting",))
