"""The rows of the ring, as they are written and read."""

import keras
import numpy as np
import tensorflow as tf

from keras_stable.optimizers.gradient_ring import UNWRITTEN, GradientRing, read_copy
from keras_stable.optimizers.guard_state import variable_of_counts


def ring(**arguments):
    variables = [keras.Variable([0.0], name=name) for name in "ab"]
    return GradientRing(variables, 3, "float32", variable_of_counts(), **arguments)


def write(target, norm, places=(0, 1), skipped=False):
    norms = tf.fill([len(places)], norm)
    target.write(norms[0], norms[0], norms, norms, list(places), skipped=skipped)


def test_the_oldest_row_makes_room():
    target = ring()
    for norm in (1.0, 2.0, 3.0, 4.0):
        write(target, norm, skipped=norm == 2.0)
    assert target.read_counts() == (4, 1)
    rows = target.read_rows(0, 4)
    assert rows[:, 2].tolist() == [1.0, 0.0, 0.0]
    np.testing.assert_array_equal(np.delete(rows, 2, axis=1), np.repeat([[2.0], [3.0], [4.0]], 6, axis=1))


def test_what_belongs_to_no_variable_is_nan():
    target = ring(layer_norms=("weight_norm", "update_norm"))
    write(target, 1.0, places=(1,))
    target.write_layers({"weight_norm": (tf.constant([5.0]), [1]), "update_norm": (tf.constant([7.0, 6.0]), [1, 0])})
    row = target.read_rows(0, 1)[0]
    np.testing.assert_array_equal(row, [1.0, 1.0, 0.0, np.nan, 1.0, np.nan, 1.0, np.nan, 5.0, 6.0, 7.0])


def test_layer_norms_stand_in_the_row_of_their_step():
    target = ring(layer_norms=("weight_norm",))
    for norm in (1.0, 2.0, 3.0, 4.0):
        write(target, norm)
        target.write_layers({"weight_norm": (tf.fill([2], 10 * norm), [0, 1])})
    np.testing.assert_array_equal(target.read_rows(1, 4)[:, [0, -1]], [[2.0, 20.0], [3.0, 30.0], [4.0, 40.0]])


def test_a_cleared_ring_keeps_its_counts():
    target = ring(layer_norms=("weight_norm",))
    write(target, 1.0)
    target.write_layers({"weight_norm": (tf.ones([2]), [0, 1])})
    target.clear()
    rows = target.read_rows(0, 1)
    assert (rows[0, 0], target.read_counts(), target.cleared) == (UNWRITTEN, (1, 0), 1)
    assert np.isnan(rows[0, -2:]).all()


def test_read_copy_takes_variables_of_keras_and_tensorflow():
    assert [float(read_copy(variable)) for variable in (keras.Variable(1.0), tf.Variable(2.0))] == [1.0, 2.0]
