"""The batches of a training that ends when it has seen enough."""

import itertools

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.copying.model_copy import copy_model
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.training.batches import endless
from keras_stable.diagnosis.evidence.training.workbench import Workbench

X = np.arange(96, dtype="float32").reshape(96, 1)
Y = (X > 40).astype("float32")


def stream(*sizes):
    def batches():
        for size in sizes:
            yield X[:size], Y[:size]

    spec = tf.TensorSpec((None, 1))
    return Source(tf.data.Dataset.from_generator(batches, output_signature=(spec, spec)))


def rows(source, count):
    return [batch.rows for batch in itertools.islice(endless(source), count)]


def test_a_large_first_batch_does_not_drop_the_others():
    assert rows(stream(64, 32, 32, 32), 8) == [64, 32, 32, 32] * 2


def test_batches_of_many_sizes_are_all_used_but_for_a_small_last_one():
    assert rows(stream(8, 24, 16, 4), 6) == [8, 24, 16] * 2
    assert rows(Source(X[:80], Y[:80], batch_size=32, shuffle=False), 4) == [32] * 4
    assert rows(Source(X[:8], Y[:8], batch_size=32), 2) == [8, 8]


def test_a_slow_stream_is_left_when_the_time_is_up():
    now = [0.0]

    def slow():
        for batch in endless(stream(64, 32, 32)):
            now[0] += 1.0
            yield batch

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    bench = Workbench(copy_model(model), clock=lambda: now[0])
    assert bench.train(slow(), 300, Deadline(5.0, lambda: now[0])) == 4
