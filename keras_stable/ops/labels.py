"""The labels that stand beside predictions, in any of the forms that Keras takes: ids, one-hot, several at a time."""

from typing import Any, NamedTuple

import tensorflow as tf

from keras_stable.ops.predictions import class_counts


class Labels(NamedTuple):
    """The labels of p positions.

    Attributes:
        ids: int32 [p], -1 where there is no class; None where `shares` is set.
        shares: float32 [p, classes]: how much of each class a position has; None where `ids` is set.
    """

    ids: tf.Tensor | None
    shares: tf.Tensor | None


def labels_of(y_true: Any, y_pred: tf.Tensor, num_classes: int) -> Labels | None:
    """Returns the labels of predictions, or None where there are none, or none of a known form.

    Args:
        y_true: ids of the shape of `y_pred` without its last axis, or with one of 1; or, of the shape of `y_pred`,
            one-hot, soft or several labels at a time. Beside one unit: 0 and 1, or what is above 0.5 and what is not.
        y_pred: [..., classes], or [..., 1] for two classes.
        num_classes: int.

    >>> labels_of([[0], [2]], tf.zeros([2, 3]), 3).ids.numpy().tolist()
    [0, 2]
    >>> labels_of([[0, 1], [1, 0]], tf.zeros([2, 2]), 2).shares.numpy().tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    if isinstance(y_true, dict):
        y_true = next(iter(y_true.values())) if len(y_true) == 1 else None
    if y_true is None:
        return None
    y_true, units = tf.convert_to_tensor(y_true), y_pred.shape[-1]
    if y_true.shape.rank is None or y_true.dtype == tf.string:
        return None
    same_rank = y_true.shape.rank == y_pred.shape.rank
    if same_rank and units != 1 and y_true.shape[-1] == units:
        return Labels(None, tf.reshape(tf.maximum(tf.cast(y_true, tf.float32), 0.0), [-1, num_classes]))
    if not (y_true.shape.rank == y_pred.shape.rank - 1 or (same_rank and y_true.shape[-1] == 1)):
        return None
    ids = tf.reshape(y_true, [-1])
    ids = tf.cast(ids > 0.5, tf.int32) if units == 1 and ids.dtype.is_floating else tf.cast(ids, tf.int32)
    known = tf.logical_and(ids >= 0, ids < num_classes)
    return Labels(tf.where(known, ids, -1), None)


def label_counts(labels: Labels, num_classes: int, weights: tf.Tensor) -> tf.Tensor:
    """Returns how often each class is a label, float32 [num_classes].

    Args:
        labels: Of p positions.
        num_classes: int.
        weights: float32 [p], how much each position counts.
    """
    if labels.ids is not None:
        return class_counts(labels.ids, num_classes, weights)
    return tf.linalg.matvec(labels.shares, weights, transpose_a=True)


def position_weights(y_pred: tf.Tensor, *weights: Any) -> tf.Tensor:
    """Returns how much each position counts, float32 [p]: the product of all the weights that are not None.

    Args:
        y_pred: [..., classes], with p positions before the last axis.
        weights: Of the first axes of `y_pred`, or of all but the last with one of 1 at the end; a mask is one too.

    >>> position_weights(tf.zeros([2, 2, 3]), [1.0, 0.5], [[True, False], [True, True]]).numpy().tolist()
    [1.0, 0.0, 0.5, 0.5]
    """
    shape = tf.shape(y_pred)[:-1]
    total = tf.ones(shape, tf.float32)
    for some in weights:
        if some is None:
            continue
        some = tf.cast(tf.convert_to_tensor(some), tf.float32)
        if some.shape.rank == y_pred.shape.rank and some.shape[-1] == 1:
            some = tf.squeeze(some, -1)
        for _ in range(y_pred.shape.rank - 1 - some.shape.rank):
            some = tf.expand_dims(some, -1)
        total = total * some
    return tf.reshape(total, [-1])
