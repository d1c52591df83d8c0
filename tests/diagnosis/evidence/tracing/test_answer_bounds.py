"""Bounds that the answers of a model cannot leave."""

import math

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_stable.diagnosis.evidence.tracing.answer_bounds import output_bounds
from keras_stable.diagnosis.evidence.tracing.passes import trace

X = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
INFINITE = math.inf


def bounds(*stack):
    keras.utils.set_random_seed(0)
    (found,) = output_bounds(trace(keras.Sequential([keras.Input((4,)), *stack]), X)).values()
    return found.low, found.high


@pytest.mark.parametrize(
    ("stack", "low", "high"),
    [
        ((layers.Dense(1),), -INFINITE, INFINITE),
        ((layers.Dense(1, "tanh"),), -1, 1),
        ((layers.Dense(1), layers.Activation("sigmoid"), layers.Rescaling(5.0, 0.5)), 0.5, 5.5),
        ((layers.Dense(1, "sigmoid"), layers.Rescaling(-2.0)), -2, 0),
        ((layers.Dense(1, "relu"), layers.Reshape((1,))), 0, INFINITE),
        ((layers.Dense(1, "tanh"), layers.Dense(1)), -INFINITE, INFINITE),
        ((layers.Dense(3), layers.UnitNormalization()), -1, 1),
        ((layers.Dense(3), layers.Lambda(ops.tanh)), -1, 1),
        ((layers.Dense(3, "tanh"), layers.BatchNormalization()), -INFINITE, INFINITE),
    ],
)
def test_they_are_followed_from_layer_to_layer(stack, low, high):
    assert bounds(*stack) == (low, high)


@pytest.mark.parametrize(
    ("end", "low", "high", "plain"),
    [
        (lambda v: ops.sigmoid(v), 0, 1, True),
        (lambda v: ops.tanh(v) * 2.0, -2, 2, False),
        (lambda v: 4.0 * ops.sigmoid(v) + 1.0, 1, 5, False),
        (lambda v: 1.0 - ops.sigmoid(v), 0, 1, False),
        (lambda v: layers.Lambda(lambda z: 3.0 * ops.tanh(z))(v), -3, 3, False),
        (lambda v: layers.Activation("tanh")(v) / 4.0, -0.25, 0.25, False),
        (lambda v: ops.tanh(v) ** 3 * 5.0, -INFINITE, INFINITE, True),  # without a name, so nothing is hidden
    ],
)
def test_a_scaling_that_is_no_layer(end, low, high, plain):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((4,))
    (found,) = output_bounds(trace(keras.Model(inputs, end(layers.Dense(1)(inputs))), X)).values()
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))
    assert found.plain == plain


class Match(layers.Layer):
    def call(self, one, other):
        return ops.sum(ops.normalize(one) * ops.normalize(other), axis=-1, keepdims=True)


def towers(join):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((4,))
    model = keras.Model(inputs, join(layers.Dense(6)(inputs), layers.Dense(6)(inputs)))
    return next(iter(output_bounds(trace(model, X)).values()))


@pytest.mark.parametrize(
    ("join", "low", "high"),
    [
        (lambda a, b: layers.Dot(1, normalize=True)([a, b]), -1, 1),
        (lambda a, b: layers.Dot(1)([layers.UnitNormalization()(a), layers.UnitNormalization()(b)]), -1, 1),
        (lambda a, b: ops.sum(ops.normalize(a) * ops.normalize(b), axis=-1, keepdims=True), -1, 1),
        (lambda a, b: Match()(a, b), -1, 1),
        (lambda a, b: layers.Rescaling(2.5, 3.0)(Match()(a, b)), 0.5, 5.5),
        (lambda a, b: layers.Dot(1)([a, b]), -INFINITE, INFINITE),
        (lambda a, b: layers.Dense(1)(Match()(a, b)), -INFINITE, INFINITE),
        (lambda a, b: layers.Average()([layers.Activation("tanh")(a), layers.Activation("sigmoid")(b)]), -1, 1),
        (lambda a, b: layers.Add()([layers.Activation("tanh")(a), layers.Activation("sigmoid")(b)]), -1, 2),
        (lambda a, b: layers.Add()([layers.Activation("tanh")(a), b]), -INFINITE, INFINITE),
        (lambda a, b: layers.Maximum()([layers.Activation("tanh")(a), b]), -1, INFINITE),
    ],
)
def test_two_towers(join, low, high):
    found = towers(join)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))
    assert bool(found.by) == found.known


def test_a_cosine_that_is_1_for_all():
    inputs = keras.Input((4,))
    ones = layers.Dense(6, kernel_initializer="zeros", bias_initializer="ones")
    one, other = layers.UnitNormalization()(ones(inputs)), layers.UnitNormalization()(ones(inputs))
    (found,) = output_bounds(trace(keras.Model(inputs, layers.Dot(1)([one, other])), X)).values()
    assert (found.low, found.high) == (-1, 1)
