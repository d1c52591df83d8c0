"""The loss outside of a training step is that of `evaluate`."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.model.loss_value import (
    as_tensors,
    first_scale,
    forward,
    loss_of,
    loss_scale,
    penalty_of,
)

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(6, 3)).astype("float32"), RNG.normal(size=(6, 2)).astype("float32")


def model_of(*hidden, **compiled):
    model = keras.Sequential([keras.Input((3,)), *hidden, keras.layers.Dense(2)])
    model.compile(**{"optimizer": "sgd", "loss": "mse", **compiled})
    return model


def loss(model, weight=None, training=True):
    batch = Batch(as_tensors(X), as_tensors(Y), weight)
    return float(loss_of(model, batch, forward(model, batch.x, training), training))


def test_it_is_the_mean_over_samples():
    model = model_of()
    expected = np.mean((X @ model.layers[0].kernel.numpy() - Y) ** 2)
    assert loss(model) == pytest.approx(expected, rel=1e-5)


def test_sample_weights_weigh():
    model = model_of()
    weight = np.array([0.0, 0.0, 0.0, 2.0, 0.0, 1.0], "float32")
    squares = np.mean((X @ model.layers[0].kernel.numpy() - Y) ** 2, axis=1)
    assert loss(model, tf.constant(weight)) == pytest.approx((squares * weight).sum() / 6, rel=1e-5)


def test_penalties_are_a_part_of_it():
    model = model_of(keras.layers.Dense(3, kernel_regularizer=keras.regularizers.L2(0.5), use_bias=False))
    plain = model_of(keras.layers.Dense(3, use_bias=False))
    plain.set_weights(model.get_weights())
    penalty = 0.5 * np.sum(model.layers[0].kernel.numpy() ** 2)
    assert loss(model) - loss(plain) == pytest.approx(penalty, rel=1e-4)
    assert float(penalty_of(model)) == pytest.approx(penalty, rel=1e-5)


def test_penalties_are_added_up_in_float32():
    # A float16 sum would overflow.
    model = model_of(keras.layers.Dense(3), keras.layers.ActivityRegularization(l1=1.0))
    model(tf.constant(X))
    assert penalty_of(model).dtype == tf.float32


def test_without_penalties_there_are_none():
    model = model_of()
    model(tf.constant(X))
    assert penalty_of(model) is None


def test_the_mode_is_passed_on():
    dropout = keras.layers.Dropout(0.9, seed=1)
    model = model_of(dropout)
    np.testing.assert_array_equal(forward(model, tf.constant(X), training=False), model(X, training=False))
    assert np.any(forward(model, tf.constant(X), training=True) != model(X, training=False))


def test_a_call_without_a_mode_is_called_without_it():
    class Plain(keras.Model):
        def call(self, inputs):
            return 2 * inputs

    np.testing.assert_array_equal(forward(Plain(), tf.constant(X), training=True), 2 * X)


def test_an_own_compute_loss_counts():
    class Own(keras.Model):
        def call(self, x):
            return x

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return tf.constant(7.0 if training else 8.0)

    model = Own()
    model.compile("sgd", "mse")
    assert (loss(model), loss(model, training=False)) == (7.0, 8.0)


def test_floats_come_in_the_precision_of_fit_and_other_numbers_as_they_are():
    nested = {"a": X.astype("float64"), "b": [np.array([1, 2]), np.array([True]), X.astype("float16")]}
    tensors = as_tensors(nested)
    assert [tensor.dtype.name for tensor in keras.tree.flatten(tensors)] == ["float32", "int64", "bool", "float32"]
    np.testing.assert_array_equal(tensors["a"], X)


def test_what_is_a_tensor_stays_one():
    tensor = tf.constant([1.0], tf.float64)
    assert as_tensors(tensor) is tensor
    assert as_tensors(None) is None


@pytest.mark.parametrize(
    ("optimizer", "scale"),
    [
        (None, 1.0),
        (keras.optimizers.SGD(), 1.0),
        (keras.optimizers.SGD(loss_scale_factor=64.0), 64.0),
        (keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(), initial_scale=256.0), 256.0),
    ],
    ids=["none", "plain", "fixed", "dynamic"],
)
def test_the_scale_is_what_the_optimizer_multiplies_by(optimizer, scale):
    assert loss_scale(optimizer) == scale


def test_a_dynamic_scale_counts_as_it_is_now():
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(), initial_scale=256.0)
    optimizer.build([keras.Variable([1.0])])
    optimizer.dynamic_scale.assign(8.0)
    assert loss_scale(optimizer) == 8.0
    model = model_of(optimizer=optimizer)
    assert first_scale(model) == float(model.optimizer.dynamic_scale)
