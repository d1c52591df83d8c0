"""AdamW's weight decay is apart from the gradient, its moments and its clips."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.optimizers import Adam, AdamW


def moved(optimizer, gradients, start=(1.0, -2.0)):
    weight = keras.Variable(np.array(start), dtype="float64", name="weight")
    optimizer.build([weight])
    for gradient in gradients:
        optimizer.apply([tf.constant(gradient, tf.float64)])
    return weight.numpy()


def test_without_a_gradient_weights_shrink_by_rate_times_decay():
    np.testing.assert_allclose(moved(AdamW(0.1, 0.5), [[0.0, 0.0]] * 3), np.array([1.0, -2.0]) * 0.95**3, rtol=1e-6)


def test_its_usual_decay_is_a_ten_thousandth():
    optimizer = AdamW(0.5)
    assert optimizer.weight_decay == 1e-4
    np.testing.assert_allclose(moved(optimizer, [[0.0, 0.0]]), np.array([1.0, -2.0]) * (1 - 0.5e-4), rtol=1e-9)


def test_the_decay_is_no_part_of_the_norm_that_is_clipped():
    clipped, free = AdamW(0.1, 0.5), AdamW(0.1, 0.5, clipvalue=None, global_clipnorm=None)
    gradient = [[0.03, -0.04]]
    np.testing.assert_allclose(moved(clipped, gradient, (1e4, 1e4)), moved(free, gradient, (1e4, 1e4)), rtol=1e-7)


def test_with_decay_zero_it_is_adam():
    gradients = [[3.0, -0.2], [0.1, 0.4], [-50.0, 0.0]]
    np.testing.assert_array_equal(moved(AdamW(0.1, 0.0), gradients), moved(Adam(0.1), gradients))


def test_the_second_argument_is_the_decay_and_not_beta_1():
    assert moved(AdamW(0.1, 0.9), [[0.0, 0.0]])[0] == pytest.approx(0.91, rel=1e-6)


def test_a_variable_that_is_excluded_does_not_shrink():
    kernel, bias = keras.Variable([1.0], name="kernel"), keras.Variable([1.0], name="bias")
    optimizer = AdamW(0.1, 0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build([kernel, bias])
    optimizer.apply([tf.constant([0.0]), tf.constant([0.0])])
    np.testing.assert_allclose([float(kernel[0]), float(bias[0])], [0.95, 1.0], rtol=1e-6)


def test_a_skipped_step_decays_nothing():
    assert moved(AdamW(0.1, 0.5), [[np.inf, 0.0]]).tolist() == [1.0, -2.0]
