"""Norms of gradients: one number for each tensor, and one over all of them."""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from keras_stable.ops.branching import run_branch
from keras_stable.ops.clips import clip_values


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

    The norms of `quick_norms` where they hold, else those of `exact_norms`. The arguments are those of `quick_norms`.

    >>> measured = measure_norms([tf.constant([3.0, 40.0]), tf.constant([0.0])], limit=4.0)
    >>> measured.norms.numpy().round(3).tolist(), measured.clipped_norms.numpy().tolist()
    ([40.112, 0.0], [5.0, 0.0])
    """
    quick, hold = quick_norms(gradients, limit, dtype)

    def exact() -> MeasuredNorms:
        return exact_norms(gradients, None if limit is None else clip_values(gradients, limit), quick.norms, limit)

    return run_branch(hold, lambda: quick, exact)


def quick_norms(
    gradients: Sequence[tf.Tensor], limit: float | None = None, dtype: str = "float32"
) -> tuple[MeasuredNorms, tf.Tensor]:
    """Returns the norms from one pass over the gradients, and whether they hold, a scalar bool tensor.

    No value is above the global norm, so where that is below `limit`, clipping values changes nothing. The
    norms hold there, as long as the squares lie in the range of the dtype: those of float32 values overflow
    above 1.8e19 and vanish below 1e-19. They do not hold where a gradient is NaN or infinite.

    Args:
        gradients: The n dense gradients, of any shapes.
        limit: The largest magnitude of a value; None clips none.
        dtype: The dtype of the computation and of the result, from `norm_dtype`.

    >>> quick, hold = quick_norms([tf.constant([3.0, 4.0]), tf.constant([0.0])], limit=10.0)
    >>> quick.norms.numpy().tolist(), float(quick.clipped_global_norm), bool(hold)
    ([5.0, 0.0], 5.0, True)
    """
    halves = _half_squares(gradients, dtype)
    norms, norm = tf.sqrt(2 * halves), tf.sqrt(2 * tf.reduce_sum(halves))
    safe = _SAFE[dtype]
    most = safe.most if limit is None else min(safe.most, limit * _JUST_BELOW)
    return MeasuredNorms(norms, norm, norms, norm), tf.logical_and(norm > safe.least, norm < most)


def exact_norms(
    gradients: Sequence[tf.Tensor], clipped: Sequence[tf.Tensor] | None, quick: tf.Tensor, limit: float | None
) -> MeasuredNorms:
    """Returns the norms where those of `quick_norms` may not hold: finite ones, as far as the dtype can hold them.

    The values of each gradient are brought into the range where their squares neither overflow nor vanish, by a
    power of two, which rounds nothing. The quick norm of the gradient tells which one.

    Args:
        gradients: The n dense gradients.
        clipped: The same with their values clipped; None where `limit` is.
        quick: The `norms` of `quick_norms`, `[n]`.
        limit: The largest magnitude of a clipped value.

    Returns:
        The norms. Those of a gradient that holds NaN or infinity are not finite.

    >>> huge = [tf.constant([3e30, 4e30]), tf.constant([2.0])]
    >>> norms = exact_norms(huge, None, quick_norms(huge)[0].norms, None).norms
    >>> (norms / [1e30, 1.0]).numpy().tolist()
    [5.0, 2.0]
    """
    safe = _SAFE[quick.dtype.name]
    # NaN is neither tiny nor huge, and stays what it is.
    tiny, huge, one = quick < safe.least, quick > safe.most, tf.ones_like(quick)
    scales = tf.where(tiny, one / safe.scale, tf.where(huge, one * safe.scale, one))
    norms = _scaled_norms(gradients, scales)
    if clipped is None or limit is None:
        clipped_norms = norms
    elif limit > safe.large:
        # What was huge is still about as large as the limit.
        clipped_norms = _scaled_norms(clipped, scales)
    elif limit < safe.least:
        clipped_norms = _scaled_norms(clipped, tf.where(tf.math.is_nan(quick), one, one / safe.scale))
    else:
        # What was tiny is not clipped, and what was huge has at least the norm of the limit.
        clipped_norms = tf.where(tiny, norms, _norms(clipped, quick.dtype.name))
    return MeasuredNorms(norms, global_norm(norms), clipped_norms, global_norm(clipped_norms))


def global_norm(norms: tf.Tensor) -> tf.Tensor:
    """Returns the norm over all tensors from the norm of each, without overflow on the way.

    Args:
        norms: The norms, of shape `[n]`.

    >>> float(global_norm(tf.constant([3.0, 4.0]))), float(global_norm(tf.constant([3e30, 4e30])) / 1e30)
    (5.0, 5.0)
    """
    largest = tf.reduce_max(norms)
    divisor = tf.where(tf.logical_and(largest > 0, tf.math.is_finite(largest)), largest, tf.ones_like(largest))
    return divisor * tf.sqrt(tf.reduce_sum(tf.square(norms / divisor)))


class _SafeRange(NamedTuple):
    """Norms whose squares neither vanish nor overflow, and the power of two that brings larger ones there."""

    least: float
    most: float
    scale: float

    @property
    def large(self) -> float:
        """A value that may stand in gradients as often as memory holds."""
        return self.most * 1e-6


_SAFE = {"float32": _SafeRange(1e-12, 3e18, 2.0**-96), "float64": _SafeRange(1e-140, 3e153, 2.0**-800)}
# The norm is rounded: at the limit itself, a value could be one rounding above it.
_JUST_BELOW = 1 - 1e-5


def _half_squares(tensors: Sequence[tf.Tensor], dtype: str) -> tf.Tensor:
    # l2_loss is one kernel where square and sum are two.
    return tf.stack([tf.nn.l2_loss(tf.cast(tensor, dtype)) for tensor in tensors])


def _norms(tensors: Sequence[tf.Tensor], dtype: str) -> tf.Tensor:
    return tf.sqrt(2 * _half_squares(tensors, dtype))


def _scaled_norms(tensors: Sequence[tf.Tensor], scales: tf.Tensor) -> tf.Tensor:
    pairs = zip(tensors, tf.unstack(scales, num=len(tensors)), strict=True)
    return _norms([tf.cast(tensor, scales.dtype) * scale for tensor, scale in pairs], scales.dtype.name) / scales
