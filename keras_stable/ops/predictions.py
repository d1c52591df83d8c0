"""How diverse predictions are: from class ids to counts, from counts to a few numbers."""

from dataclasses import dataclass
from typing import Any

import tensorflow as tf
from keras import ops


@dataclass(frozen=True)
class PredictionStatistics:
    """Three views of the same counts.

    Attributes:
        unique_classes: how many classes were predicted at all; 0 without predictions.
        effective_classes: exp(entropy) of the predicted shares, in nats: the number of classes that, predicted
            equally often, would be as diverse (Hill 1973, order 1); 0 without predictions.
        top_class_share: the share of the class that was predicted most often, in [0, 1]; 0 without predictions.
    """

    unique_classes: Any
    effective_classes: Any
    top_class_share: Any


@dataclass(frozen=True)
class LabelledStatistics:
    """What counts of predictions say beside counts of labels.

    Attributes:
        never_predicted_classes: how many of the classes that occur in the labels were never predicted.
        label_divergence: the Jensen-Shannon divergence (Lin 1991) of the predicted shares from those of the labels,
            in nats: 0 where they are equal, ln 2 = 0.693 where no label was predicted; 0 without predictions or labels.
        distinct_in_10: how many classes 10 predictions taken at random have on average (rarefaction, Hurlbert 1971,
            drawn with replacement), in [1, 10]; 0 without predictions.
    """

    never_predicted_classes: Any
    label_divergence: Any
    distinct_in_10: Any


def predicted_classes(y_pred: Any, threshold: float = 0.5) -> Any:
    """Returns the class ids of predictions, int32 [batch * positions].

    Args:
        y_pred: logits or probabilities [..., classes]; or of one unit, [..., 1].
        threshold: float; with one unit, the class is 1 above it and else 0. Default 0.5, as for a probability;
            that of a logit is 0.

    >>> predicted_classes(ops.convert_to_tensor([[0.1, 0.9], [0.8, 0.2]])).numpy().tolist()
    [1, 0]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    if y_pred.shape[-1] == 1:
        return ops.reshape(ops.cast(y_pred > threshold, "int32"), (-1,))
    # That of Keras looks for signed zeros too, which takes four times as long.
    return ops.reshape(tf.argmax(y_pred, axis=-1, output_type=tf.int32), (-1,))


def class_counts(class_ids: Any, num_classes: int, weights: Any = None) -> Any:
    """Returns how often each class occurs, float32 [num_classes], at a cost of n + num_classes.

    Args:
        class_ids: ints [n]. One that is no class counts for none.
        num_classes: int.
        weights: float32 [n], how much each counts; None: 1.

    >>> class_counts([0, 2, 2], 3, [1.0, 0.5, 0.5]).numpy().tolist()
    [1.0, 0.0, 1.0]
    """
    class_ids = tf.cast(class_ids, tf.int32)
    known = tf.logical_and(class_ids >= 0, class_ids < num_classes)
    weights = tf.ones_like(class_ids, tf.float32) if weights is None else tf.cast(weights, tf.float32)
    return tf.math.unsorted_segment_sum(weights, tf.where(known, class_ids, -1), num_classes)


def prediction_statistics(counts: Any) -> PredictionStatistics:
    """Returns the statistics of counts [num_classes] as float32 scalars.

    >>> statistics = prediction_statistics(ops.convert_to_tensor([5.0, 5.0, 0.0]))
    >>> {name: round(float(value), 4) for name, value in vars(statistics).items()}
    {'unique_classes': 2.0, 'effective_classes': 2.0, 'top_class_share': 0.5}
    """
    counts = ops.cast(counts, "float32")
    total = ops.sum(counts)
    shares = counts / ops.maximum(total, 1.0)
    entropy = _entropy(shares)
    any_prediction = ops.cast(total > 0, "float32")
    return PredictionStatistics(
        unique_classes=ops.sum(ops.cast(counts > 0, "float32")),
        effective_classes=ops.exp(entropy) * any_prediction,
        top_class_share=ops.max(shares),
    )


def labelled_statistics(counts: Any, labels: Any) -> LabelledStatistics:
    """Returns the statistics of counts of predictions beside those of labels, both [num_classes], as float32 scalars.

    >>> statistics = labelled_statistics([6.0, 0.0, 0.0], [3.0, 3.0, 0.0])
    >>> {name: round(float(value), 4) for name, value in vars(statistics).items()}
    {'never_predicted_classes': 1.0, 'label_divergence': 0.2158, 'distinct_in_10': 1.0}
    """
    counts, labels = tf.cast(counts, tf.float32), tf.cast(labels, tf.float32)
    predicted, labelled = (tf.math.divide_no_nan(some, tf.reduce_sum(some)) for some in (counts, labels))
    middle = (predicted + labelled) / 2
    divergence = _entropy(middle) - (_entropy(predicted) + _entropy(labelled)) / 2
    # 1 - (1 - p)^10 as p times a sum of powers, which keeps the shares of a hundred thousand classes.
    rest = 1 - predicted
    square = rest * rest
    powers = (1 + rest) * (1 + square * (1 + square * (1 + square * (1 + square))))
    both = tf.cast(tf.logical_and(tf.reduce_sum(counts) > 0, tf.reduce_sum(labels) > 0), tf.float32)
    missed = tf.logical_and(labels > 0, tf.logical_not(counts > 0))
    return LabelledStatistics(
        never_predicted_classes=tf.reduce_sum(tf.cast(missed, tf.float32)),
        # Rounding can bring it below 0.
        label_divergence=tf.maximum(both * divergence, 0.0),
        distinct_in_10=tf.reduce_sum(predicted * powers),
    )


def _entropy(shares: tf.Tensor) -> tf.Tensor:
    # tf.math.xlogy, which has 0 log 0 = 0 too, takes one value after the other.
    return -tf.reduce_sum(shares * tf.math.log(tf.maximum(shares, 1e-37)))
