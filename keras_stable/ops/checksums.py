"""Checksums of tensors that see every single bit."""

import tensorflow as tf

_SAME_WIDTH = {2: tf.int16, 4: tf.int32}


def checksum(tensor: tf.Tensor) -> tf.Tensor:
    """Returns the sum of all entries' bits, each times its own odd number, modulo 2**64.

    A bit that flips changes the sum by 2**k times an odd number with k < 64, and that is never 0 modulo 2**64. Entries
    that change places change it too, and the sum does not depend on the order in which a device adds.

    Args:
        tensor: of any shape and any number dtype.

    Returns:
        int64 [].

    >>> a = tf.constant([1.0, 2.0])
    >>> bool(checksum(a) == checksum(tf.constant([1.0, 2.0]))), bool(checksum(a) == checksum(tf.constant([2.0, 1.0])))
    (True, False)
    """
    flat = tf.reshape(tensor, [-1])
    if flat.dtype.is_floating:
        flat = tf.bitcast(flat, _SAME_WIDTH.get(flat.dtype.size, tf.int64))
    odd = 2 * tf.range(tf.size(flat, tf.int64), dtype=tf.int64) + 1
    return tf.reduce_sum(tf.cast(flat, tf.int64) * odd)
