"""The gradient of an embedding: slices, whose rows can be measured and clipped without the rows that are zero."""

from typing import TypeAlias

import tensorflow as tf

Gradient: TypeAlias = tf.Tensor | tf.IndexedSlices


def dense(gradient: Gradient) -> tf.Tensor:
    """Returns the gradient as one dense tensor, with the rows of a repeated index summed.

    The gradient of an `Embedding` is `tf.IndexedSlices` with one row for each lookup. A norm or a clip of these rows
    is not that of the gradient as soon as an index repeats.

    Args:
        gradient: A tensor, or the slices of one.

    >>> twice = tf.IndexedSlices(values=tf.ones((2, 1)), indices=tf.constant([1, 1]), dense_shape=tf.constant([3, 1]))
    >>> dense(twice).numpy().ravel().tolist()
    [0.0, 2.0, 0.0]
    """
    return tf.convert_to_tensor(gradient)


def summed(gradient: Gradient) -> Gradient:
    """Returns slices with one row for each index, the sum of those that it had; a tensor as it is.

    The norm of these rows, and any clip of them, is that of the dense gradient, whose other rows are zero.

    Args:
        gradient: A tensor, or slices with m indices.

    >>> once = summed(tf.IndexedSlices(values=tf.ones((3, 1)), indices=tf.constant([4, 1, 4])))
    >>> once.indices.numpy().tolist(), once.values.numpy().ravel().tolist()
    ([4, 1], [2.0, 1.0])
    """
    if not isinstance(gradient, tf.IndexedSlices):
        return gradient
    indices, segments = tf.unique(gradient.indices)
    values = tf.math.unsorted_segment_sum(gradient.values, segments, tf.size(indices))
    return tf.IndexedSlices(values, indices, gradient.dense_shape)


def rows(gradient: Gradient) -> tf.Tensor:
    """Returns the values of slices; a tensor as it is.

    >>> rows(tf.IndexedSlices(values=tf.ones((1, 1)), indices=tf.constant([4]))).numpy().tolist()
    [[1.0]]
    """
    return gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient


def with_rows(gradient: Gradient, values: tf.Tensor) -> Gradient:
    """Returns the gradient with other values: slices stay slices of the same indices.

    Args:
        gradient: A tensor, or slices.
        values: Of the shape of its `rows`.

    >>> one = tf.IndexedSlices(values=tf.ones((1, 1)), indices=tf.constant([4]))
    >>> with_rows(one, 3 * rows(one)).values.numpy().tolist()
    [[3.0]]
    """
    if not isinstance(gradient, tf.IndexedSlices):
        return values
    return tf.IndexedSlices(values, gradient.indices, gradient.dense_shape)
