"""Adam is what Kingma and Ba wrote, on gradients clipped by value and then by their common norm."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.optimizers import Adam

# Within 1e-5: Keras keeps the betas in float32, of which 1 - beta_2 has few digits.
GRADIENTS = [np.array([0.1, -0.2, 0.0]), np.array([0.3, 0.05, -0.1]), np.array([-0.01, 0.2, 0.1])]


def moved(optimizer, gradients, start=(1.0, -2.0, 0.5)):
    weight = keras.Variable(np.array(start), dtype="float64", name="weight")
    optimizer.build([weight])
    for gradient in gradients:
        optimizer.apply([tf.constant(gradient, tf.float64)])
    return weight.numpy()


def algorithm_1(gradients, rate, beta_1, beta_2, epsilon, amsgrad=False, decay=0.0):
    """The algorithm of the paper in its faster order (section 2), with Reddi's maximum and decoupled decay."""
    weight, m, v, largest = np.array([1.0, -2.0, 0.5]), 0.0, 0.0, 0.0
    for t, gradient in enumerate(gradients, start=1):
        weight = weight - rate * decay * weight
        m = beta_1 * m + (1 - beta_1) * gradient
        v = beta_2 * v + (1 - beta_2) * gradient**2
        largest = np.maximum(largest, v)
        alpha = rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        weight = weight - alpha * m / (np.sqrt(largest if amsgrad else v) + epsilon)
    return weight


@pytest.mark.parametrize(
    "changed",
    [{}, {"beta_1": 0.5}, {"beta_2": 0.9}, {"epsilon": 0.1}, {"amsgrad": True, "beta_2": 0.5}],
    ids=str,
)
def test_it_moves_as_in_the_paper(changed):
    arguments = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, **changed}
    expected = algorithm_1(GRADIENTS, 0.1, **arguments)
    np.testing.assert_allclose(moved(Adam(0.1, **changed), GRADIENTS), expected, rtol=1e-5)


def test_weight_decay_takes_its_share_before_the_update():
    expected = algorithm_1(GRADIENTS, 0.1, 0.9, 0.999, 1e-7, decay=0.3)
    np.testing.assert_allclose(moved(Adam(0.1, weight_decay=0.3), GRADIENTS), expected, rtol=1e-5)


def test_its_usual_rate_is_a_thousandth_and_it_decays_nothing():
    # Adam's first step is the rate itself, whatever the size of the gradient.
    np.testing.assert_allclose(moved(Adam(), [np.array([0.1, -0.2, 0.3])]), [0.999, -1.999, 0.499], rtol=1e-5)


def test_large_gradients_are_clipped_by_value_and_then_by_norm():
    # Values to 10, then [10, 10, 0] of norm 14.1 to norm 0.5.
    clipped = [np.array([0.5, -0.5, 0.0]) / np.sqrt(2), *GRADIENTS]
    optimizer = Adam(0.1)
    expected = algorithm_1(clipped, 0.1, 0.9, 0.999, 1e-7)
    np.testing.assert_allclose(moved(optimizer, [np.array([4000.0, -25.0, 0.0]), *GRADIENTS]), expected, rtol=1e-5)


def test_a_nan_leaves_moments_and_bias_correction_alone():
    optimizer = Adam(0.1)
    gradients = [GRADIENTS[0], np.array([np.nan, 0.0, 0.0]), *GRADIENTS[1:]]
    expected = algorithm_1(GRADIENTS, 0.1, 0.9, 0.999, 1e-7)
    np.testing.assert_allclose(moved(optimizer, gradients), expected, rtol=1e-5)
    assert (int(optimizer.iterations), optimizer.skipped_steps) == (3, 1)


def test_accumulated_batches_make_one_update_of_their_mean():
    first, second = np.array([0.1, -0.2, 0.0]), np.array([0.3, 0.0, -0.1])
    actual = moved(Adam(0.1, gradient_accumulation_steps=2), [first, second])
    np.testing.assert_allclose(actual, moved(Adam(0.1), [(first + second) / 2]), rtol=1e-5)
