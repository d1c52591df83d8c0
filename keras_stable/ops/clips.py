"""Clips of gradients, as pure functions; the optimizers compose them."""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf


def clip_values(tensors: Sequence[tf.Tensor], limit: float) -> list[tf.Tensor]:
    """Returns the tensors with every element brought into `[-limit, limit]`.

    Args:
        tensors: Of any shapes.
        limit: The largest magnitude, above 0.

    >>> [clipped.numpy().tolist() for clipped in clip_values([tf.constant([-20.0, 0.5]), tf.constant(30.0)], 10.0)]
    [[-10.0, 0.5], 10.0]
    """
    bounds = {dtype: tf.constant([-limit, limit], dtype) for dtype in {tensor.dtype for tensor in tensors}}
    ends = {dtype: tf.unstack(bound) for dtype, bound in bounds.items()}
    # One kernel each; tf.clip_by_value is a minimum and a maximum.
    return [
        tf.raw_ops.ClipByValue(t=x, clip_value_min=ends[x.dtype][0], clip_value_max=ends[x.dtype][1]) for x in tensors
    ]


def norm_factor(norm: tf.Tensor, limit: float) -> tf.Tensor:
    """Returns what to multiply a gradient by so that its norm is at most `limit`: exactly 1 when it already is.

    Pascanu et al. 2013, "On the difficulty of training recurrent neural networks", algorithm 1.

    Args:
        norm: The norm, or several, of any shape.
        limit: The largest norm, above 0.

    >>> norm_factor(tf.constant([0.25, 2.0]), 0.5).numpy().tolist()
    [1.0, 0.25]
    """
    bound = tf.constant(limit, norm.dtype)
    return bound / tf.maximum(norm, bound)


def adaptive_clip(gradient: tf.Tensor, variable: tf.Tensor, factor: float, epsilon: float = 1e-3) -> tf.Tensor:
    """Returns the gradient with each unit's norm held to a share of that unit's weight norm (AGC).

    Brock et al. 2021, "High-Performance Large-Scale Image Recognition Without Normalization",
    equation 3: where `|G_i| / max(|W_i|, epsilon) > factor`, the unit's gradient becomes
    `factor * max(|W_i|, epsilon) / |G_i| * G_i`. A unit is what feeds one output: all axes but the
    last of a kernel in Keras's layout; a tensor of rank 0 or 1 is one unit.

    Args:
        gradient: Of the shape of the variable.
        variable: The weights.
        factor: The share, above 0. The paper's is 0.01.
        epsilon: The least weight norm, so that units which start at zero can move. The paper's is 1e-3.

    >>> adaptive_clip(tf.constant([3.0, 4.0]), tf.constant([0.0, 1.0]), 0.01).numpy().round(4).tolist()
    [0.006, 0.008]
    """
    axes = list(range(gradient.shape.rank - 1)) if gradient.shape.rank > 1 else None
    limit = factor * tf.maximum(_unit_norms(variable, axes), epsilon)
    return gradient * (limit / tf.maximum(_unit_norms(gradient, axes), limit))


def _unit_norms(tensor: tf.Tensor, axes: list[int] | None) -> tf.Tensor:
    # Divided by the largest value, no square overflows.
    largest = tf.reduce_max(tf.abs(tensor), axis=axes, keepdims=True)
    divisor = tf.where(largest > 0, largest, tf.ones_like(largest))
    return divisor * tf.sqrt(tf.reduce_sum(tf.square(tensor / divisor), axis=axes, keepdims=True))


class NormStatistics(NamedTuple):
    """The running statistics of z-score clipping: three scalars."""

    count: tf.Tensor
    mean: tf.Tensor
    variance: tf.Tensor


def zscore_factor(norm: tf.Tensor, statistics: NormStatistics, threshold: float, warmup_steps: int) -> tf.Tensor:
    """Returns what to multiply a gradient by so that its norm is no outlier of the norms before it (ZClip).

    Kumar et al. 2025, "ZClip: Adaptive Spike Mitigation for LLM Pre-Training": with
    `z = (norm - mean) / std` above the threshold, the norm becomes `mean + threshold^2 / z * std`.

    Args:
        norm: The global norm, a scalar.
        statistics: Of the norms before this one.
        threshold: In standard deviations, above 0. The paper's is 2.5.
        warmup_steps: How many norms must have been seen before any is clipped.

    >>> seen = NormStatistics(tf.constant(25.0), tf.constant(1.0), tf.constant(0.01))
    >>> round(float(zscore_factor(tf.constant(2.0), seen, 2.5, 25)), 5)
    0.53125
    """
    deviation = tf.sqrt(statistics.variance)
    z = (norm - statistics.mean) / (deviation + _ZCLIP_EPSILON)
    target = statistics.mean + threshold**2 / tf.maximum(z, threshold) * deviation
    outlier = tf.logical_and(statistics.count >= warmup_steps, z > threshold)
    return tf.where(outlier, target / tf.maximum(norm, target), tf.ones_like(norm))


def updated_statistics(
    norm: tf.Tensor, statistics: NormStatistics, momentum: float, warmup_steps: int
) -> NormStatistics:
    """Returns the running statistics once `norm`, as clipped, has been seen.

    Over the warm-up they are the plain mean and variance (Welford 1962); after it, exponential moving
    averages: `mean = momentum * mean + (1 - momentum) * norm`, and the same for the squared distance
    from the new mean. A norm whose square the dtype cannot hold counts as the largest that it can.

    Args:
        norm: The global norm after clipping, a scalar.
        statistics: Before this step.
        momentum: Of the averages, in (0, 1). The paper's is 0.97.
        warmup_steps: How many norms make up the warm-up. The paper's is 25.

    >>> first = updated_statistics(tf.constant(2.0), NormStatistics(*[tf.constant(0.0)] * 3), 0.97, 25)
    >>> [float(value) for value in first]
    [1.0, 2.0, 0.0]
    """
    norm = tf.minimum(norm, tf.constant(norm.dtype.max**0.5 / 16, norm.dtype))
    count = statistics.count + 1
    distance = norm - statistics.mean
    warm_mean = statistics.mean + distance / count
    warm_variance = (statistics.variance * statistics.count + distance * (norm - warm_mean)) / count
    mean = momentum * statistics.mean + (1 - momentum) * norm
    variance = momentum * statistics.variance + (1 - momentum) * tf.square(norm - mean)
    warming = count <= warmup_steps
    return NormStatistics(count, tf.where(warming, warm_mean, mean), tf.where(warming, warm_variance, variance))


_ZCLIP_EPSILON = 1e-6
