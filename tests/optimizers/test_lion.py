"""Lion moves by a sign, so a clip changes what its moment keeps, and not how far it goes."""

import keras
import numpy as np
import tensorflow as tf

from keras_stable.optimizers import Lion


def moved(optimizer, *gradients):
    weight = keras.Variable(np.ones(len(gradients[0])), dtype="float64", name="weight")
    optimizer.build([weight])
    for gradient in gradients:
        optimizer.apply([tf.constant(gradient, tf.float64)])
    return weight.numpy()


def test_each_weight_goes_as_far_as_the_rate_and_none_without_a_gradient():
    np.testing.assert_allclose(moved(Lion(0.1), [1e-6, -0.2, 0.0]), [0.9, 1.1, 1.0], rtol=1e-6)


def test_its_usual_rate_is_a_thousandth():
    np.testing.assert_allclose(moved(Lion(), [0.2]), [0.999], rtol=1e-6)


def test_beta_1_weighs_the_moment_in_the_sign():
    # The moment after the first step is 0.01 * 0.4; the second sign is that of 0.9 * 0.004 - 0.1 * g.
    np.testing.assert_allclose(moved(Lion(0.1), [0.4], [-0.03]), [0.8], rtol=1e-6)
    np.testing.assert_allclose(moved(Lion(0.1, 0.5), [0.4], [-0.03]), [1.0], rtol=1e-6)


def test_beta_2_says_how_much_of_the_moment_stays():
    # With beta_2 = 0.5 the moment is 0.2, and its share 0.18 outweighs a tenth of the second gradient.
    np.testing.assert_allclose(moved(Lion(0.1), [0.4], [-0.4]), [1.0], rtol=1e-6)
    np.testing.assert_allclose(moved(Lion(0.1, 0.9, 0.5), [0.4], [-0.4]), [0.8], rtol=1e-6)


def test_an_outlier_does_not_rule_the_moment_for_long():
    # Of 1000 the moment gets 0.005 of the clipped 0.5, which three steps of -0.2 turn round; unclipped it would be 10.
    steps = [[1000.0], [-0.2], [-0.2], [-0.2]]
    np.testing.assert_allclose(moved(Lion(0.1), *steps), [1.0 - 0.1 + 3 * 0.1], rtol=1e-6)
    unclipped = Lion(0.1, clipvalue=None, global_clipnorm=None)
    np.testing.assert_allclose(moved(unclipped, *steps), [0.6], rtol=1e-6)


def test_weight_decay_is_apart_from_the_sign():
    np.testing.assert_allclose(moved(Lion(0.1, weight_decay=0.5), [0.0, 0.2]), [0.95, 0.85], rtol=1e-6)


def test_a_nan_changes_neither_weight_nor_moment():
    expected = moved(Lion(0.1), [0.4], [-0.03])
    np.testing.assert_array_equal(moved(Lion(0.1), [0.4], [np.nan], [-0.03]), expected)
