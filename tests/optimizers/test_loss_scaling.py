import keras
import numpy as np
import tensorflow as tf

import keras_stable
from keras_stable.optimizers.loss_scaling import adapt_loss_scale_optimizer


def built(inner):
    optimizer, weight = keras.optimizers.LossScaleOptimizer(inner, initial_scale=8.0), keras.Variable([1.0], name="w")
    optimizer.build([weight])
    return optimizer, weight


def test_a_guarded_optimizer_hears_of_skipped_steps():
    inner = keras_stable.optimizers.SGD(0.5, global_clipnorm=None)
    optimizer, weight = built(inner)
    optimizer.apply([tf.constant([float("inf")])], [weight])
    optimizer.apply([tf.constant([8.0])], [weight])
    optimizer.apply([tf.constant([float("nan")])], [weight])
    assert inner.skipped_steps == 2
    assert float(optimizer.dynamic_scale) == 2.0
    # The first step halved the scale, so the second gradient was 8 / 4.
    np.testing.assert_allclose(weight.numpy(), [1.0 - 0.5 * 2.0])


def test_it_is_adapted_once_and_works_around_other_optimizers():
    for _ in range(3):
        adapt_loss_scale_optimizer()
    owner = keras.optimizers.LossScaleOptimizer
    before = owner.load_own_variables
    adapt_loss_scale_optimizer()
    assert owner.load_own_variables is before
    optimizer, weight = built(keras.optimizers.SGD(0.5))
    optimizer.apply([tf.constant([float("nan")])], [weight])
    assert (float(weight[0]), float(optimizer.dynamic_scale)) == (1.0, 4.0)
    store = {}
    optimizer.save_own_variables(store)
    other, _ = built(keras.optimizers.SGD(0.5))
    other.load_own_variables(store)
    assert float(other.dynamic_scale) == 4.0
