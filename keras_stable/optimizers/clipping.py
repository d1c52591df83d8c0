"""The clips of one optimizer, in their order, and the state that z-score clipping keeps."""

import math
import numbers
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from keras_stable.errors import invalid_argument
from keras_stable.keras_private import variable_index
from keras_stable.ops.adagc import adagc_factors
from keras_stable.ops.clips import (
    NormStatistics,
    adaptive_clip,
    clip_values,
    norm_factor,
    updated_statistics,
    zscore_factor,
)
from keras_stable.ops.norms import MeasuredNorms, global_norm, measure_norms, norm_dtype
from keras_stable.ops.slices import dense

CLIPS = ("clipvalue", "global_clipnorm", "clipnorm", "agc_clipping", "zclip", "adagc")
# Those of the ZClip paper.
ZCLIP_MOMENTUM = 0.97
ZCLIP_WARMUP_STEPS = 25


class ClippedGradients(NamedTuple):
    """The gradients after every clip, with the norm of each, `[n]`, and their common norm."""

    gradients: list[tf.Tensor]
    norms: tf.Tensor
    global_norm: tf.Tensor


class Clipping:
    """Clips in the order: values, units (AGC), variables (a fixed norm, AdaGC), outliers of the norm, the norm.

    Args:
        limits: What has the six clip arguments, such as the optimizer.
        dtype: Of the norms.
        statistics: Those of z-score clipping, `[3]`; None where it is not set.
        averages: Those of AdaGC for each variable of the optimizer, and the count of its steps; None where it is not
            set.
    """

    def __init__(
        self,
        limits: Any,
        dtype: str,
        statistics: keras.Variable | None = None,
        averages: keras.Variable | None = None,
    ) -> None:
        # Read where they are used, as Keras does, so that a change before the next tracing takes effect.
        self._limits = limits
        self.dtype = dtype
        self._statistics = statistics
        self._averages = averages

    @property
    def active(self) -> bool:
        """Whether any clip is set."""
        return any(getattr(self._limits, name) is not None for name in CLIPS)

    @property
    def value_limit(self) -> float | None:
        """The largest magnitude that a value may have."""
        return self._limits.clipvalue

    def clip_values(self, gradients: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """Returns the gradients with their values clipped, which comes before all else."""
        limit = self.value_limit
        return list(gradients) if limit is None else clip_values(gradients, limit)

    def __call__(
        self, gradients: Sequence[tf.Tensor], variables: Sequence[Any], measured: MeasuredNorms
    ) -> ClippedGradients:
        """Returns the clipped gradients.

        Args:
            gradients: The n gradients, from `clip_values`: dense ones, or the `rows` of summed slices.
            variables: Theirs, n.
            measured: Their norms, measured with `value_limit`.
        """
        limits = self._limits
        clipped = list(gradients)
        norms, norm = measured.clipped_norms, measured.clipped_global_norm
        if limits.agc_clipping is not None:
            clipped = [self._adapted(gradient, variable) for gradient, variable in zip(clipped, variables, strict=True)]
            after = measure_norms(clipped, dtype=self.dtype)
            norms, norm = after.norms, after.global_norm
        factors = None
        if limits.clipnorm is not None:
            factors = norm_factor(norms, limits.clipnorm)
            norms = norms * factors
            norm = global_norm(norms)
        if self._averages is not None:
            adapted = self._adagc_factors(norms, variables, self._averages)
            factors = adapted if factors is None else factors * adapted
            norms = norms * adapted
            norm = global_norm(norms)
        factor = self._common_factor(norm)
        if factor is not None:
            norms, norm = norms * factor, norm * factor
            factors = factor if factors is None else factors * factor
        if factors is not None:
            multipliers = tf.unstack(factors, num=len(clipped)) if factors.shape.rank else [factors] * len(clipped)
            clipped = [
                _multiplied(gradient, multiplier) for gradient, multiplier in zip(clipped, multipliers, strict=True)
            ]
        return ClippedGradients(clipped, norms, norm)

    def _adapted(self, gradient: tf.Tensor, variable: Any) -> tf.Tensor:
        weights = tf.cast(tf.convert_to_tensor(variable), self.dtype)
        return tf.cast(adaptive_clip(tf.cast(gradient, self.dtype), weights, self._limits.agc_clipping), gradient.dtype)

    def _adagc_factors(self, norms: tf.Tensor, variables: Sequence[Any], averages: keras.Variable) -> tf.Tensor:
        places = [variable_index(self._limits, variable) for variable in variables]
        handle = averages.value.handle
        stored = tf.ensure_shape(tf.raw_ops.ReadVariableOp(resource=handle, dtype=self.dtype), averages.shape)
        clip = adagc_factors(norms, tf.gather(stored, places), stored[-1], self._limits.adagc)
        last = stored.shape[0] - 1
        new = tf.concat([clip.averages, stored[last:] + 1], 0)
        updated = tf.tensor_scatter_nd_update(stored, [[place] for place in (*places, last)], new)
        tf.raw_ops.AssignVariableOp(resource=handle, value=updated)
        return clip.factors

    def _common_factor(self, norm: tf.Tensor) -> tf.Tensor | None:
        factor = None
        if self._statistics is not None:
            factor = self._zclip_factor(norm, self._statistics)
            norm = norm * factor
        if self._limits.global_clipnorm is not None:
            common = norm_factor(norm, self._limits.global_clipnorm)
            factor = common if factor is None else factor * common
        return factor

    def _zclip_factor(self, norm: tf.Tensor, variable: keras.Variable) -> tf.Tensor:
        # The handle is that of this replica's copy: see GradientRing.write.
        handle = variable.value.handle
        stored = tf.raw_ops.ReadVariableOp(resource=handle, dtype=self.dtype)
        statistics = NormStatistics(*tf.unstack(tf.ensure_shape(stored, (3,))))
        factor = zscore_factor(norm, statistics, self._limits.zclip, ZCLIP_WARMUP_STEPS)
        updated = updated_statistics(norm * factor, statistics, ZCLIP_MOMENTUM, ZCLIP_WARMUP_STEPS)
        tf.raw_ops.AssignVariableOp(resource=handle, value=tf.stack(updated))
        return factor


def _multiplied(gradient: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    # A float16 factor would lose its precision below 6e-5.
    return tf.cast(tf.cast(gradient, factor.dtype) * factor, gradient.dtype)


def clipped_alone(gradients: Sequence[Any], optimizer: Any) -> list[Any]:
    """Returns gradients clipped by those of Keras's clips that an optimizer has set, outside of any step.

    AGC, AdaGC and z-score clipping, which Keras lacks, do not act: they need the weights or the earlier steps.

    Args:
        gradients: Tensors, slices or arrays; None where a variable has no gradient.
        optimizer: Whose `clipvalue`, `clipnorm` and `global_clipnorm` act, in this order.

    >>> from keras_stable.optimizers import SGD
    >>> clipped_alone([[3.0, 40.0], None], SGD(clipvalue=4.0, global_clipnorm=None))[0].numpy().tolist()
    [3.0, 4.0]
    """
    limits = SimpleNamespace(agc_clipping=None, zclip=None, adagc=None)
    vars(limits).update({name: getattr(optimizer, name) for name in ("clipvalue", "clipnorm", "global_clipnorm")})
    present = [dense(gradient) for gradient in gradients if gradient is not None]
    clipping = Clipping(limits, norm_dtype([gradient.dtype.name for gradient in present]))
    if not (clipping.active and present):
        return list(gradients)
    measured = measure_norms(present, limits.clipvalue, clipping.dtype)
    clipped = iter(clipping(clipping.clip_values(present), present, measured).gradients)
    return [None if gradient is None else next(clipped) for gradient in gradients]


def checked_limit(name: str, limit: Any) -> float | None:
    """Returns the limit of the clip of this name as a float, or None.

    Raises:
        InvalidArgumentError: When it cannot be a limit.

    >>> checked_limit("clipnorm", 3)
    3.0
    """
    if limit is None:
        return None
    number = isinstance(limit, numbers.Real) and not isinstance(limit, bool)
    if not number or not math.isfinite(limit) or limit <= 0:
        raise invalid_argument(name, "a finite number above 0, or None", limit)
    return float(limit)
