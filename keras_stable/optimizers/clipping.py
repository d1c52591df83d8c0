"""The clips of one optimizer, in their order, and the state that z-score clipping keeps."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from keras_stable.ops.clips import (
    NormStatistics,
    adaptive_clip,
    clip_values,
    norm_factor,
    updated_statistics,
    zscore_factor,
)
from keras_stable.ops.norms import MeasuredNorms, global_norm, measure_norms

# Those of the ZClip paper.
ZCLIP_MOMENTUM = 0.97
ZCLIP_WARMUP_STEPS = 25


class ClippedGradients(NamedTuple):
    """The gradients after every clip, with the norm of each, `[n]`, and their common norm."""

    gradients: list[tf.Tensor]
    norms: tf.Tensor
    global_norm: tf.Tensor


class Clipping:
    """Clips in the order: values, units (AGC), each variable's norm, outliers of the common norm, the common norm.

    Args:
        optimizer: Whose clip arguments are used, and which keeps the statistics of z-score clipping.
        dtype: Of the norms.
    """

    def __init__(self, optimizer: Any, dtype: str) -> None:
        self.clipvalue: float | None = optimizer.clipvalue
        self.clipnorm: float | None = optimizer.clipnorm
        self.global_clipnorm: float | None = optimizer.global_clipnorm
        self.agc_clipping: float | None = optimizer.agc_clipping
        self.zclip: float | None = optimizer.zclip
        self.dtype = dtype
        self._statistics: keras.Variable | None = None
        if self.zclip is not None:
            self._statistics = optimizer.add_variable(
                (3,), dtype=dtype, aggregation="only_first_replica", name="zclip_statistics"
            )

    @property
    def active(self) -> bool:
        """Whether any clip is set."""
        limits = (self.clipvalue, self.clipnorm, self.global_clipnorm, self.agc_clipping, self.zclip)
        return any(limit is not None for limit in limits)

    def __call__(
        self, gradients: Sequence[tf.Tensor], variables: Sequence[Any], measured: MeasuredNorms
    ) -> ClippedGradients:
        """Returns the clipped gradients.

        Args:
            gradients: The n dense gradients.
            variables: Theirs, n.
            measured: The norms of the gradients, from `measure_norms` with `clipvalue` as the limit.
        """
        clipped = list(gradients)
        norms, norm = measured.clipped_norms, measured.clipped_global_norm
        if self.clipvalue is not None:
            clipped = [clip_values(gradient, self.clipvalue) for gradient in clipped]
        if self.agc_clipping is not None:
            clipped = [
                self._scaled(adaptive_clip, gradient, variable)
                for gradient, variable in zip(clipped, variables, strict=True)
            ]
            after = measure_norms(clipped, dtype=self.dtype)
            norms, norm = after.norms, after.global_norm
        factors = None
        if self.clipnorm is not None:
            factors = norm_factor(norms, self.clipnorm)
            norms = norms * factors
            norm = global_norm(norms)
        factor = self._common_factor(norm)
        if factor is not None:
            norms, norm = norms * factor, norm * factor
            factors = factor if factors is None else factors * factor
        if factors is not None:
            each = tf.unstack(factors, num=len(clipped)) if factors.shape.rank else [factors] * len(clipped)
            clipped = [_multiplied(gradient, one) for gradient, one in zip(clipped, each, strict=True)]
        return ClippedGradients(clipped, norms, norm)

    def _scaled(self, clip: Any, gradient: tf.Tensor, variable: Any) -> tf.Tensor:
        weights = tf.cast(tf.convert_to_tensor(variable), self.dtype)
        return tf.cast(clip(tf.cast(gradient, self.dtype), weights, self.agc_clipping), gradient.dtype)

    def _common_factor(self, norm: tf.Tensor) -> tf.Tensor | None:
        factor = None
        if self.zclip is not None:
            factor = self._zclip_factor(norm, self.zclip)
            norm = norm * factor
        if self.global_clipnorm is not None:
            common = norm_factor(norm, self.global_clipnorm)
            factor = common if factor is None else factor * common
        return factor

    def _zclip_factor(self, norm: tf.Tensor, threshold: float) -> tf.Tensor:
        assert self._statistics is not None
        # The handle is that of this replica's copy: see GradientRing.write.
        handle = self._statistics.value.handle
        stored = tf.raw_ops.ReadVariableOp(resource=handle, dtype=self.dtype)
        statistics = NormStatistics(*tf.unstack(tf.ensure_shape(stored, (3,))))
        factor = zscore_factor(norm, statistics, threshold, ZCLIP_WARMUP_STEPS)
        updated = updated_statistics(norm * factor, statistics, ZCLIP_MOMENTUM, ZCLIP_WARMUP_STEPS)
        tf.raw_ops.AssignVariableOp(resource=handle, value=tf.stack(updated))
        return factor


def _multiplied(gradient: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    # A float16 factor would lose its precision below 6e-5.
    return tf.cast(tf.cast(gradient, factor.dtype) * factor, gradient.dtype)
