"""Random changes before the cache of a dataset."""

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.program.cached_draws import draws_before_cache

PICTURES = np.random.default_rng(0).random((40, 4, 4, 1)).astype("float32")
LABELS = np.arange(40) % 4
ROWS = tf.data.Dataset.from_tensor_slices((PICTURES, LABELS))


def noisy(x, y):
    return x + tf.random.normal(tf.shape(x)), y


def test_keras_layers_called_functions_and_branches_draw():
    flip = keras.layers.RandomFlip("horizontal")
    drawing = tf.function(lambda x: x + tf.random.normal(tf.shape(x)))

    def sometimes(x, y):
        return tf.cond(tf.reduce_sum(x) > 0, lambda: x + tf.random.uniform(()), lambda: x), y

    for function in (lambda x, y: (flip(x, training=True), y), lambda x, y: (drawing(x), y), sometimes):
        assert draws_before_cache(ROWS.shuffle(40).map(function).batch(8).cache(), Deadline()).operations
    assert draws_before_cache(ROWS.map(lambda x, y: (x / 2, y)).cache().batch(8), Deadline()).operations == ()


def test_leaving_rows_out_by_chance_changes_none():
    chosen = ROWS.filter(lambda x, y: tf.random.uniform(()) < 0.5)
    assert draws_before_cache(chosen.cache(), Deadline()).operations == ()


def test_rows_that_are_made_of_random_numbers():
    made = tf.data.Dataset.range(8).map(lambda k: tf.random.normal((2,)))
    assert draws_before_cache(made.cache(), Deadline()).drawn_rows
    assert not draws_before_cache(ROWS.map(noisy).cache(), Deadline()).drawn_rows


def test_what_python_draws_is_read_twice():
    generator = np.random.default_rng(1)

    def jitter(x):
        return (x + generator.normal(size=x.shape)).astype("float32")

    def same(x):
        return (x / 2).astype("float32")

    def mapped(function):
        return ROWS.shuffle(40).map(lambda x, y: (tf.numpy_function(function, [x], tf.float32), y)).cache()

    changed, kept = (draws_before_cache(mapped(function), Deadline()) for function in (jitter, same))
    assert (changed.rows, changed.changed, changed.same_labels) == (40, 1.0, True)
    assert (kept.rows, kept.changed, kept.same_labels) == (40, 0.0, True)


def test_batches_are_read_row_by_row_and_a_deadline_says_nothing_of_shuffled_rows():
    generator = np.random.default_rng(1)

    def batches():
        for start in range(0, 40, 8):
            x = PICTURES[start : start + 8]
            yield x + generator.normal(size=x.shape), LABELS[start : start + 8]

    signature = (tf.TensorSpec((None, 4, 4, 1)), tf.TensorSpec((None,), tf.int64))
    dataset = tf.data.Dataset.from_generator(batches, output_signature=signature)
    assert draws_before_cache(dataset.cache(), Deadline()).changed == 1.0
    assert draws_before_cache(dataset.shuffle(3).cache(), Deadline(0.0)).rows == 0
