"""What cannot be read again in the same order is named, and nothing else."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.checkpoints.data_order import cannot_be_replayed, changed_variables

ROWS = np.arange(8.0, dtype="float32")[:, None]


def dataset():
    return tf.data.Dataset.from_tensor_slices((ROWS, ROWS))


def noisy(x, y):
    return x + tf.random.normal(tf.shape(x)), y


def with_layer(**options):
    layer = keras.layers.GaussianNoise(0.1, seed=1)
    return dataset().map(lambda x, y: (layer(x, training=True), y), **options).batch(4)


def not_deterministic():
    options = tf.data.Options()
    options.deterministic = False
    return dataset().batch(4).with_options(options)


def batches():
    yield ROWS, ROWS


SEEDED = {
    "arrays": lambda: ROWS,
    "plain": lambda: dataset().batch(4),
    "shuffled": lambda: dataset().shuffle(8).batch(4).prefetch(1).repeat(2),
    "noisy": lambda: dataset().map(noisy).batch(4),
    "layer": with_layer,
    "parallel": lambda: dataset().map(lambda x, y: (x * 2, y), num_parallel_calls=2).batch(4),
}
UNORDERED = {
    "generator": (batches, "a Python generator"),
    "options": (not_deterministic, "options.deterministic = False"),
    "map": (lambda: dataset().map(noisy, 2, deterministic=False).batch(4), "deterministic=False"),
    "noisy": (lambda: dataset().map(noisy, num_parallel_calls=2).batch(4), "random operations in a parallel"),
    "layer": (lambda: with_layer(num_parallel_calls=2), "changes variables in a parallel"),
}


@pytest.mark.parametrize("kind", SEEDED)
def test_seeded_data_come_again(kind, iterator_of):
    tf.random.set_seed(1)
    arguments = {"y": ROWS} if kind == "arrays" else {}
    iterator = iterator_of(SEEDED[kind](), **arguments)
    assert cannot_be_replayed(iterator) == []
    assert len(changed_variables(iterator)) == (kind == "layer")


@pytest.mark.parametrize("kind", UNORDERED)
def test_what_comes_in_another_order_is_named(kind, iterator_of):
    tf.random.set_seed(1)
    make, words = UNORDERED[kind]
    assert any(words in obstacle for obstacle in cannot_be_replayed(iterator_of(make())))
