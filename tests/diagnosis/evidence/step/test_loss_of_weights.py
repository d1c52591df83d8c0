"""The loss as a function of the weights: the same numbers each time, and no trace left."""

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.loss_of_weights import fixed_loss, gradient, traced

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(8, 3)).astype("float32"), RNG.normal(size=(8, 1)).astype("float32")
BATCH = Batch(tf.constant(X), tf.constant(Y))
layers = keras.layers


def model_of(*hidden, **compiled):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), *hidden, layers.Dense(1, use_bias=False)])
    model.compile("sgd", "mse", **compiled)
    return model


def test_it_is_the_squared_error_with_its_penalty():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1, use_bias=False, kernel_regularizer="l2")])
    model.compile("sgd", "mse")
    kernel = model.layers[0].kernel.numpy().astype("float64")
    with fixed_loss(model) as loss:
        value = float(loss(BATCH))
    np.testing.assert_allclose(value, np.mean((X @ kernel - Y) ** 2) + 0.01 * np.sum(kernel**2), rtol=1e-5)


def test_the_gradient_is_that_of_the_formula():
    model = model_of()
    kernel = model.layers[0].kernel.numpy().astype("float64")
    with fixed_loss(model) as loss, tf.GradientTape() as tape:
        value = loss(BATCH)
    [slope] = gradient(tape, value, model.trainable_variables)
    np.testing.assert_allclose(slope, 2 * X.T @ (X @ kernel - Y) / 8, rtol=1e-4, atol=1e-6)


def test_dropout_is_off_and_on_again_afterwards():
    dropout = layers.Dropout(0.5)
    model = model_of(dropout)
    with fixed_loss(model) as loss:
        values = {float(loss(BATCH)) for _ in range(5)}
        kernel = model.layers[-1].kernel.numpy()
    np.testing.assert_allclose(list(values), [np.mean((X @ kernel - Y) ** 2)], rtol=1e-5)
    assert len({float(tf.reduce_sum(model(X, training=True))) for _ in range(5)}) > 1


class Jitter(layers.Layer):
    """Random, and no noise layer of Keras's."""

    def __init__(self):
        super().__init__()
        self.seed = keras.random.SeedGenerator(3)

    def call(self, x):
        return x + keras.random.normal(keras.ops.shape(x), seed=self.seed)


def test_other_random_layers_draw_the_same_each_time():
    model = model_of(Jitter())
    with fixed_loss(model) as loss:
        assert len({float(loss(BATCH)) for _ in range(3)}) == 1


def test_batch_normalization_uses_the_batch_and_forgets_it():
    normalization = layers.BatchNormalization()
    model = model_of(normalization)
    kernel = model.layers[-1].kernel.numpy()
    with fixed_loss(model) as loss:
        value = float(loss(BATCH))
        assert normalization.moving_mean.numpy().any()
    normal = (X - X.mean(0)) / np.sqrt(X.var(0) + normalization.epsilon)
    np.testing.assert_allclose(value, np.mean((normal @ kernel - Y) ** 2), rtol=1e-4)
    assert normalization.moving_mean.numpy().tolist() == [0, 0, 0]
    assert normalization.moving_variance.numpy().tolist() == [1, 1, 1]


def test_so_it_does_after_an_error():
    normalization = layers.BatchNormalization()
    model = model_of(normalization)
    try:
        with fixed_loss(model) as loss:
            loss(BATCH)
            raise ZeroDivisionError
    except ZeroDivisionError:
        assert normalization.moving_mean.numpy().tolist() == [0, 0, 0]


def test_in_half_precision_it_is_a_float32_all_the_same():
    model = model_of(layers.Dense(2, dtype="mixed_float16"))
    with fixed_loss(model) as loss, tf.GradientTape() as tape:
        value = loss(BATCH)
    assert value.dtype == tf.float32
    assert {slope.dtype for slope in gradient(tape, value, model.trainable_variables)} == {tf.float32}


def test_what_does_not_matter_has_a_gradient_of_zeros():
    used, unused = keras.Variable([2.0]), keras.Variable([[1.0, 1.0]])
    with tf.GradientTape() as tape:
        value = tf.reduce_sum(used.value**2)
    first, second = gradient(tape, value, [used, unused])
    assert (first.numpy().tolist(), second.numpy().tolist()) == ([4.0], [[0.0, 0.0]])


def test_slices_become_dense():
    table = keras.Variable(np.ones((4, 2)))
    with tf.GradientTape() as tape:
        value = tf.reduce_sum(tf.gather(table.value, [1, 1, 3]))
    [slope] = gradient(tape, value, [table])
    np.testing.assert_array_equal(slope, [[0, 0], [2, 2], [0, 0], [1, 1]])


def test_it_is_a_graph_unless_the_model_runs_eagerly():
    eager, graph = [], []
    traced(model_of(run_eagerly=True), lambda x: eager.append(tf.executing_eagerly()))(tf.constant(1.0))

    def note(x):
        graph.append(tf.executing_eagerly())
        return x

    run = traced(model_of(), note)
    assert float(run(tf.constant(3.0))) == 3.0
    run(tf.constant(4.0))
    assert (eager, graph) == ([True], [False])
