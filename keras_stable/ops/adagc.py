"""AdaGC: the norm of each tensor's gradient is held to what it usually is, as a pure function."""

from typing import NamedTuple

import tensorflow as tf


class AdaptiveClip(NamedTuple):
    """What `adagc_factors` returns: what to multiply each gradient by, and the new averages, both `[m]`."""

    factors: tf.Tensor
    averages: tf.Tensor


def adagc_factors(
    norms: tf.Tensor,
    averages: tf.Tensor,
    steps: tf.Tensor,
    share: float,
    *,
    momentum: float = 0.98,
    warmup_steps: int = 100,
    warmup_norm: float = 1.0,
) -> AdaptiveClip:
    """Returns what to multiply each gradient by so that its norm is no more than `share` of its average (AdaGC).

    Wang et al. 2025, "AdaGC: Enhancing LLM Pretraining Stability via Adaptive Gradient Clipping", algorithm 1. In the
    first steps the common norm is held to `warmup_norm`, and the average of each tensor is the smallest norm that it
    has had after that. Then each norm is held to `share * average`, and `average = momentum * average +
    (1 - momentum) * clipped norm`. A norm of 0 tells nothing about the next ones, and leaves the average as it is.

    Args:
        norms: The norm of each gradient, `[m]`.
        averages: Those that the steps before have left, `[m]`; 0 for a tensor that has had no gradient yet.
        steps: How many steps there were before, a scalar.
        share: Of the average, above 0. The paper's is 1.05.
        momentum: Of the average, in (0, 1). The paper's is 0.98.
        warmup_steps: How many steps the warm-up has. The paper has 100.
        warmup_norm: The largest common norm in these, above 0. The paper's is 1.

    >>> clip = adagc_factors(tf.constant([4.0, 0.5]), tf.constant([2.0, 1.0]), tf.constant(100.0), 1.0)
    >>> clip.factors.numpy().tolist(), clip.averages.numpy().round(3).tolist()
    ([0.5, 1.0], [2.0, 0.99])
    """
    one = tf.ones_like(norms)
    warming = steps < warmup_steps
    # Divided by the largest, no square overflows.
    largest = tf.maximum(tf.reduce_max(norms), tf.constant(1e-30, norms.dtype))
    common = largest * tf.sqrt(tf.reduce_sum(tf.square(norms / largest)))
    bound = tf.constant(warmup_norm, norms.dtype)
    limits = tf.where(averages > 0, share * averages, norms)
    factors = tf.where(warming, bound / tf.maximum(common, bound) * one, limits / tf.maximum(norms, limits))
    # A tensor without any gradient so far is 0 / 0.
    factors = tf.where(norms > 0, factors, one)
    clipped = norms * factors
    moved = tf.where(warming, tf.minimum(averages, clipped), momentum * averages + (1 - momentum) * clipped)
    moved = tf.where(averages > 0, moved, clipped)
    return AdaptiveClip(factors, tf.where(norms > 0, moved, averages))
