"""What the guard keeps beside the Keras optimizer: rows of the history, and the counts."""

import keras
import numpy as np
import tensorflow as tf

from keras_stable.optimizers import SGD, gradient_history


def stepped(*gradients, **arguments):
    optimizer, weight = SGD(0.1, history_size=4, **arguments), keras.Variable([1.0, 2.0], name="weight")
    optimizer.build([weight])
    for gradient in gradients:
        optimizer.apply([tf.constant(gradient)])
    return optimizer


def test_a_row_has_the_norms_before_and_after_the_clips():
    history = gradient_history(stepped([3.0, 4.0], [0.03, 0.04], global_clipnorm=0.5))
    np.testing.assert_allclose(history.global_norm, [5.0, 0.05], rtol=1e-6)
    np.testing.assert_allclose(history.applied_norm, [0.5, 0.05], rtol=1e-6)
    np.testing.assert_allclose(history.variable_norm[:, 0], [5.0, 0.05], rtol=1e-6)
    assert history.finite.tolist() == [True, True]


def test_a_skipped_step_is_a_row_that_applied_nothing():
    optimizer = stepped([3.0, 4.0], [np.nan, 1.0])
    history = gradient_history(optimizer)
    assert (history.finite.tolist(), history.applied_norm[1], optimizer.skipped_steps) == ([True, False], 0.0, 1)


def test_keras_sees_none_of_its_variables():
    """So that the state is that of the Keras optimizer, both ways."""
    stock = keras.optimizers.SGD(0.1)
    stock.build([keras.Variable([1.0, 2.0], name="weight")])
    assert [variable.name for variable in stepped().variables] == [variable.name for variable in stock.variables]


def test_new_weights_start_the_history_anew_and_leave_the_counts():
    optimizer = stepped([3.0, 4.0], [np.inf, 1.0])
    optimizer.set_weights([variable.numpy() for variable in optimizer.variables])
    assert len(gradient_history(optimizer)) == 0
    assert optimizer.skipped_steps == 1


def test_steps_that_a_loss_scale_optimizer_skips_are_recorded():
    inner, weight = SGD(0.1), keras.Variable([1.0], name="weight")
    outer = keras.optimizers.LossScaleOptimizer(inner)
    outer.build([weight])
    outer.apply([tf.constant([np.inf])])
    assert (inner.skipped_steps, gradient_history(inner).finite.tolist()) == (1, [False])
    assert float(weight[0]) == 1.0
