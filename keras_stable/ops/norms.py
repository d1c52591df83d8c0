"""Norms of gradients: one number for each tensor, and one over all of them."""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from keras_stable.ops.branching import run_branch
from keras_stable.ops.clips import clip_values


def dense(gradient: tf.Tensor | tf.IndexedSlices) -> tf.Tensor:
    """Returns the gradient as one dense tensor, with the rows of a repeated index summed.

    An `Embedding` hands out `tf.IndexedSlices` with one row a lookup. A norm or a clip of these rows
    is not that of the gradient as soon as an index repeats.

    Args:
        gradient: A tensor, or the slices of one.

    >>> twice = tf.IndexedSlices(values=tf.ones((2, 1)), indices=tf.constant([1, 1]), dense_shape=tf.constant([3, 1]))
    >>> dense(twice).numpy().ravel().tolist()
    [0.0, 2.0, 0.0]
    """
    return tf.convert_to_tensor(gradient)


def norm_dtype(dtypes: Sequence[str]) -> str:
    """Returns the dtype that norms over tensors of these dtypes are computed in.

    float16 overflows once a norm passes 256 (its square passes 65504), so nothing below float32 will do.

    >>> norm_dtype(["float16", "float32"]), norm_dtype(["float32", "float64"])
    ('float32', 'float64')
    """
    return "float64" if "float64" in dtypes else "float32"


class MeasuredNorms(NamedTuple):
    """The norms of n gradients, as they are and once their values are clipped.

    Attributes:
        norms: Norm of each gradient, `[n]`.
        global_norm: Norm over all of them, a scalar.
        clipped_norms: Norm of each with its values clipped, `[n]`.
        clipped_global_norm: Norm over all of these, a scalar.
    """

    norms: tf.Tensor
    global_norm: tf.Tensor
    clipped_norms: tf.Tensor
    clipped_global_norm: tf.Tensor


def measure_norms(gradients: Sequence[tf.Tensor], limit: float | None = None, dtype: str = "float32") -> MeasuredNorms:
    """Returns the norms of the gradients before and after each of their values is clipped to `[-limit, limit]`.

    One pass over the gradients in the usual case: no value is above the global norm, so where that is at
    most `limit`, clipping values changes nothing. The squares of float32 values overflow above 1.8e19
    and vanish below 1e-23; where their sum leaves the safe range, the norms are computed again from
    values divided by the largest, so a finite gradient has a finite norm wherever the dtype can hold it.

    Args:
        gradients: The n dense gradients, of any shapes.
        limit: The largest magnitude of a value; None clips none.
        dtype: The dtype of the computation and of the result, from `norm_dtype`.

    Returns:
        The norms. Those of a gradient that holds NaN or infinity are not finite.

    >>> measured = measure_norms([tf.constant([3.0, 40.0]), tf.constant([0.0])], limit=4.0)
    >>> measured.norms.numpy().round(3).tolist(), measured.clipped_norms.numpy().tolist()
    ([40.112, 0.0], [5.0, 0.0])
    """
    # l2_loss is one kernel where square and sum are two.
    halves = tf.stack([_half_sum_of_squares(gradient, dtype) for gradient in gradients])
    total = 2 * tf.reduce_sum(halves)
    norms, norm = tf.sqrt(2 * halves), tf.sqrt(total)
    least, most = _SAFE_SQUARES[dtype]
    simple = tf.logical_and(total > least, total < (most if limit is None else min(most, (limit * _JUST_BELOW) ** 2)))

    def usual() -> tuple[tf.Tensor, ...]:
        return norms, norm, norms, norm

    def unusual() -> tuple[tf.Tensor, ...]:
        largest = tf.reduce_max([tf.reduce_max(tf.abs(tf.cast(gradient, dtype))) for gradient in gradients])
        exact, exact_norm = _scaled_norms(gradients, largest, dtype)
        if limit is None:
            return exact, exact_norm, exact, exact_norm
        clipped = [clip_values(gradient, limit) for gradient in gradients]
        return exact, exact_norm, *_scaled_norms(clipped, tf.minimum(largest, tf.constant(limit, dtype)), dtype)

    return MeasuredNorms(*run_branch(simple, usual, unusual))


def global_norm(norms: tf.Tensor) -> tf.Tensor:
    """Returns the norm over all tensors from the norm of each, without overflow on the way.

    Args:
        norms: The norms, of shape `[n]`.

    >>> float(global_norm(tf.constant([3.0, 4.0]))), float(global_norm(tf.constant([3e30, 4e30])) / 1e30)
    (5.0, 5.0)
    """
    divisor = _usable_divisor(tf.reduce_max(norms))
    return divisor * tf.sqrt(tf.reduce_sum(tf.square(norms / divisor)))


_SAFE_SQUARES = {"float32": (1e-24, 1e37), "float64": (1e-280, 1e307)}
# The norm is rounded: at the limit itself, a value could be one rounding above it.
_JUST_BELOW = 1 - 1e-5


def _half_sum_of_squares(tensor: tf.Tensor, dtype: str) -> tf.Tensor:
    return tf.nn.l2_loss(tf.cast(tensor, dtype))


def _scaled_norms(tensors: Sequence[tf.Tensor], largest: tf.Tensor, dtype: str) -> tuple[tf.Tensor, tf.Tensor]:
    divisor = _usable_divisor(largest)
    halves = tf.stack([_half_sum_of_squares(tf.cast(tensor, dtype) / divisor, dtype) for tensor in tensors])
    return divisor * tf.sqrt(2 * halves), divisor * tf.sqrt(2 * tf.reduce_sum(halves))


def _usable_divisor(largest: tf.Tensor) -> tf.Tensor:
    return tf.where(tf.logical_and(largest > 0, tf.math.is_finite(largest)), largest, tf.ones_like(largest))
