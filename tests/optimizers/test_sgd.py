"""SGD moves by the clipped gradient itself, so here the clips can be read off the weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.optimizers import SGD


def moves(optimizer, *steps, dtype="float64"):
    """How far each of the variables goes, for lists of one gradient a variable."""
    weights = [keras.Variable(np.zeros(np.shape(gradient)), dtype=dtype, name="weight") for gradient in steps[0]]
    optimizer.build(weights)
    for gradients in steps:
        optimizer.apply([tf.constant(gradient, dtype) for gradient in gradients])
    return [-weight.numpy() for weight in weights]


def test_a_small_gradient_is_taken_as_it_is():
    [move] = moves(SGD(2.0), [[0.3, -0.4]])
    np.testing.assert_allclose(move, [0.6, -0.8], rtol=1e-7)


def test_a_gradient_above_the_common_norm_keeps_its_direction():
    first, second = moves(SGD(1.0), [[3.0, 0.0], [0.0, -4.0]])
    np.testing.assert_allclose(first, [0.3, 0.0], rtol=1e-6)
    np.testing.assert_allclose(second, [0.0, -0.4], rtol=1e-6)


def test_one_wild_value_is_cut_before_the_norm_is_taken():
    [move] = moves(SGD(1.0), [[1e6, 10.0]])
    np.testing.assert_allclose(move, np.array([0.5, 0.5]) / np.sqrt(2), rtol=1e-6)


def test_each_variables_norm_is_clipped_apart():
    first, second = moves(SGD(1.0, clipvalue=None, global_clipnorm=None, clipnorm=1.0), [[30.0, 40.0], [0.1, 0.2]])
    np.testing.assert_allclose(first, [0.6, 0.8], rtol=1e-6)
    np.testing.assert_allclose(second, [0.1, 0.2], rtol=1e-6)


def test_its_usual_rate_is_a_hundredth():
    [move] = moves(SGD(), [[0.1]])
    np.testing.assert_allclose(move, [0.001], rtol=1e-6)


@pytest.mark.parametrize(("nesterov", "expected"), [(False, 0.1 + 0.15), (True, 0.15 + 0.175)])
def test_momentum_keeps_its_share_of_the_last_update(nesterov, expected):
    # v1 = 0.1, v2 = 0.05 + 0.1; Nesterov moves by 0.5 v + g.
    [move] = moves(SGD(1.0, 0.5, nesterov), [[0.1]], [[0.1]])
    np.testing.assert_allclose(move, [expected], rtol=1e-6)


def test_momentum_follows_clipped_gradients():
    [move] = moves(SGD(1.0, 0.5), [[100.0]], [[0.0]])
    np.testing.assert_allclose(move, [0.5 + 0.25], rtol=1e-6)


def test_a_loss_scale_is_divided_out_before_the_clips():
    [move] = moves(SGD(1.0, loss_scale_factor=1024.0), [[0.3 * 1024, 0.0]])
    np.testing.assert_allclose(move, [0.3, 0.0], rtol=1e-6)


def test_of_a_step_with_one_bad_gradient_no_variable_moves():
    first, second = moves(SGD(1.0), [[np.nan], [0.1]])
    assert (first.tolist(), second.tolist()) == ([0.0], [0.0])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_half_precision_gradients_have_their_norm_taken_in_float32(dtype):
    # The squares, 90,000 each, are above all that float16 can hold.
    [move] = moves(SGD(1.0, clipvalue=None), [np.full(4, 300.0)], dtype=dtype)
    np.testing.assert_allclose(move.astype("float64"), 0.25, rtol=0.01)


def test_empty_variables_are_no_trouble():
    empty, move = moves(SGD(1.0), [np.zeros((0, 3)), [3.0, 4.0]])
    assert empty.shape == (0, 3)
    np.testing.assert_allclose(move, [0.3, 0.4], rtol=1e-6)
