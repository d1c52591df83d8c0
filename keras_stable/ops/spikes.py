"""Which values are spikes among the values before them, as pure functions."""

import tensorflow as tf

WINDOW = 128
# Half of the window, as in OLMo and Levanter.
FEWEST = 64
_LEAST_DEVIATION = 1e-6


def spike_limits(windows: tf.Tensor, counts: tf.Tensor, threshold: float) -> tf.Tensor:
    """Returns how large the next value of each signal may be: so many standard deviations above the mean.

    The rule of `SkipStepOptimizer` of OLMo-core and of `SkipStepConfig` of Levanter, with their window of 128 values
    and their threshold of 6. Nothing is a spike before half of the window is filled. As in Levanter, a deviation is
    at least 1e-6; here of the mean at least, where that is larger, since values of 1,000 are rounded by 6e-5.

    Args:
        windows: The last values of each signal, `[signals, 128]`, in any order.
        counts: How many values each signal has had, `[signals]`; no more of its window is looked at.
        threshold: In standard deviations, above 0.

    Returns:
        The limits, `[signals]`; infinity where there are too few values.

    >>> windows = tf.repeat([[1.0, 3.0]], 64, axis=1)
    >>> spike_limits(windows, tf.constant([128.0]), 6.0).numpy().round(3).tolist()
    [8.024]
    >>> spike_limits(windows, tf.constant([63.0]), 6.0).numpy().tolist()
    [inf]
    """
    filled = tf.cast(tf.range(WINDOW, dtype=counts.dtype) < counts[:, None], windows.dtype)
    total = tf.maximum(tf.reduce_sum(filled, axis=1), 2)
    mean = tf.reduce_sum(windows * filled, axis=1) / total
    squares = tf.reduce_sum(filled * tf.square(windows - mean[:, None]), axis=1)
    deviation = tf.sqrt(squares / (total - 1))
    deviation = tf.maximum(deviation, _LEAST_DEVIATION * tf.maximum(tf.abs(mean), 1))
    limits = mean + threshold * deviation
    return tf.where(counts >= FEWEST, limits, tf.constant(limits.dtype.as_numpy_dtype("inf")))


def updated_windows(
    windows: tf.Tensor, counts: tf.Tensor, values: tf.Tensor, limits: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the windows and counts once a value of each signal has been seen; the oldest value makes room.

    A value above its limit enters as the limit. OLMo and Levanter let it in as it is: then a spike widens the limit
    so much that the fifth of five equal ones passes. Left out, a level that has changed for good would never be
    learned. So a spike hides none after it, and a new level is learned in time: with norms that were within 10 % of
    their mean, one of 10 times that after 27 steps, one of 1,000 times after 64.

    Args:
        windows: `[signals, 128]`.
        counts: `[signals]`.
        values: `[signals]`. One that is NaN or infinite is not known, and leaves its window as it is.
        limits: Those of `spike_limits`, `[signals]`.

    >>> windows, counts = updated_windows(tf.zeros([1, 128]), tf.zeros([1]), tf.constant([9.0]), tf.constant([5.0]))
    >>> float(windows[0, 0]), float(counts[0])
    (5.0, 1.0)
    """
    known = tf.math.is_finite(values)
    # So that the squares of as many stay finite.
    largest = tf.constant(windows.dtype.as_numpy_dtype(windows.dtype.max**0.5 / 1024))
    entering = tf.clip_by_value(tf.minimum(values, limits), -largest, largest)
    place = tf.range(WINDOW, dtype=counts.dtype) == tf.math.floormod(counts, WINDOW)[:, None]
    here = tf.logical_and(place, known[:, None])
    return tf.where(here, entering[:, None], windows), counts + tf.cast(known, counts.dtype)
