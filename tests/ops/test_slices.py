"""Slices against the dense gradient that they stand for."""

import numpy as np
import pytest
import tensorflow as tf

from keras_stable.ops.norms import measure_norms
from keras_stable.ops.slices import dense, rows, summed, with_rows


def test_slices_with_a_repeated_index_are_summed():
    layer_gradient = tf.IndexedSlices(tf.ones((4, 2)), tf.constant([1, 1, 1, 2]), tf.constant([5, 2]))
    expected = np.zeros((5, 2))
    expected[1], expected[2] = 3, 1
    np.testing.assert_array_equal(dense(layer_gradient), expected)
    assert float(measure_norms([dense(layer_gradient)]).global_norm) == pytest.approx(20**0.5)


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("indices", [[3, 0, 3, 3], [1, 2, 3, 4], [], [4, 4]])
def test_summed_slices_are_the_dense_gradient(indices, jit):
    values = np.random.default_rng(0).normal(size=(len(indices), 2)).astype("float32")
    expected = np.zeros((5, 2))
    np.add.at(expected, np.array(indices, int), values)
    slices = tf.IndexedSlices(tf.constant(values), tf.constant(indices, tf.int32), tf.constant([5, 2]))
    once = tf.function(summed, jit_compile=jit)(slices)
    assert len(set(once.indices.numpy())) == len(once.indices) == len(set(indices))
    np.testing.assert_allclose(dense(once), expected, rtol=1e-6)
    np.testing.assert_allclose(float(measure_norms([rows(once)]).global_norm), np.linalg.norm(expected), rtol=1e-6)
    np.testing.assert_allclose(dense(with_rows(once, -rows(once))), -expected, rtol=1e-6)


def test_tensors_are_their_own_rows():
    tensor = tf.constant([1.0, 2.0])
    assert summed(tensor) is rows(tensor) is with_rows(tf.zeros(2), tensor) is tensor


def test_slices_keep_their_indices_and_their_shape():
    slices = tf.IndexedSlices(tf.constant([[1.0], [2.0]]), tf.constant([3, 0]), tf.constant([4, 1]))
    replaced = with_rows(slices, tf.constant([[5.0], [6.0]]))
    assert replaced.indices is slices.indices
    assert replaced.dense_shape is slices.dense_shape
    assert dense(replaced).numpy().ravel().tolist() == [6.0, 0.0, 0.0, 5.0]
    assert summed(slices).dense_shape is slices.dense_shape


def test_a_dense_gradient_is_itself():
    tensor = tf.constant([1.0])
    assert dense(tensor) is tensor
