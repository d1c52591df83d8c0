"""FeatureNormalization: a `keras.layers.Normalization` that works inside a model that trains."""

import warnings
from typing import Any

import keras
import ml_dtypes
import numpy as np
from keras import ops

from keras_stable.errors import invalid_argument
from keras_stable.ops.batches import input_batches
from keras_stable.ops.moments import RunningMoments, relative_rounding


@keras.saving.register_keras_serializable(package="keras_stable")
class FeatureNormalization(keras.layers.Normalization):
    """Shifts and scales every feature to mean 0 and standard deviation 1, by statistics that `adapt` measures.

    It is `keras.layers.Normalization` with these differences:

    - The statistics are read when the layer runs, so a new `adapt` takes effect in `fit`, `predict` and every
      other function that was traced before. (Keras's layer bakes them into the trace.)
    - A feature that did not vary in the data is centred and not scaled, so that it is never amplified.
      (Keras's layer divides it by 1e-7.) What varies is relative: a deviation above the rounding of the feature's
      own mean counts, in any unit, be it 1e-12 or 1e6. Rounding is two units in the last place of the layer's
      dtype, or of the data's where that is coarser.
    - `adapt` accumulates in float64 in one streamed pass with flat memory, and refuses NaN and infinity.
    - It computes in float32 whatever the global dtype policy is: raw inputs overflow float16.

    Args:
        axis: int, tuple of ints or None; the axes that each keep statistics of their own. Default -1: each feature.
        epsilon: float >= 0, in the unit of the features; a feature whose standard deviation is at most this counts as
            constant too. Default 0. Where all features have one known scale, as behind LayerNormalization, a value
            such as 1e-3 keeps those that hardly vary from being amplified.
        mean, variance, invert: as in `keras.layers.Normalization`.

    Input and output shape: any, the same. Output dtype: float32 unless `dtype` is given.

    Raises:
        ValueError: `epsilon` is negative or not finite; `adapt` is given no sample, values that are not finite, or a
            deviation above 1e19, whose square float32 cannot hold.

    Warns:
        UserWarning: a feature varies, but by less than 1e-19, whose square float32 cannot hold: it is only centred.

    >>> import numpy as np
    >>> layer = FeatureNormalization()
    >>> layer.adapt(np.array([[1.0, 7.0], [3.0, 7.0]], "float32"))
    >>> np.array(layer(np.array([[5.0, 7.5]], "float32"))).tolist()
    [[3.0, 0.5]]
    >>> layer.adapt(np.array([[1e-12], [3e-12]], "float32") * np.ones(2, "float32"))
    >>> np.array(layer(np.array([[5e-12, 1e-12]], "float32"))).round(5).tolist()
    [[3.0, -1.0]]
    """

    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 0.0,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(axis=axis, mean=mean, variance=variance, invert=invert, **kwargs)
        if isinstance(epsilon, bool) or not isinstance(epsilon, int | float) or not 0 <= epsilon < float("inf"):
            raise invalid_argument("epsilon", "a finite number >= 0", epsilon)
        self.epsilon = float(epsilon)

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        if input_shape is not None:
            self.built_shape = tuple(input_shape)

    # Keras assigns `mean` and `variance` as constants when it builds and adapts; here they are always read from
    # the weights, and only those given to the constructor are kept.
    @property
    def mean(self) -> Any:
        """The present mean, shaped to broadcast over the inputs; None before the layer is built."""
        return self._statistic("adapt_mean", "_given_mean")

    @mean.setter
    def mean(self, value: Any) -> None:
        self._given_mean = value

    @property
    def variance(self) -> Any:
        """The present variance, shaped to broadcast over the inputs; None before the layer is built."""
        return self._statistic("adapt_variance", "_given_variance")

    @variance.setter
    def variance(self, value: Any) -> None:
        self._given_variance = value

    @property
    def keep_axis(self) -> tuple[int, ...]:
        """The axes that keep statistics of their own, as non-negative ints; the layer must be built."""
        rank = len(self.built_shape)
        return tuple(sorted(axis % rank for axis in self.axis))

    def _statistic(self, weight: str, argument: str) -> Any:
        if not self.built:
            return None
        if self.input_mean is not None:
            return getattr(self, argument)
        kept = self.keep_axis
        shape = [size if axis in kept else 1 for axis, size in enumerate(self.built_shape)]
        return ops.cast(ops.reshape(getattr(self, weight), shape), self.compute_dtype)

    @property
    def adapted(self) -> bool:
        """Whether the statistics were measured by `adapt` or given to the constructor."""
        return self.input_mean is not None or (self.built and int(ops.convert_to_numpy(self.count)) > 0)

    def finalize_state(self) -> None:
        """Does nothing: the statistics need no copy, because they are read from the weights."""

    def adapt(self, data: Any) -> None:
        """Measures mean and variance and puts them into effect at once, also in functions already traced.

        Args:
            data: array, tensor, batched `tf.data.Dataset`, `keras.utils.PyDataset` or iterable of batches; of a
                batch that is a tuple, the first entry is taken.
        """
        moments: RunningMoments | None = None
        for batch in input_batches(data):
            if moments is None:
                if not self.built:
                    self.build((None, *batch.shape[1:]))
                moments = RunningMoments(self.keep_axis)
            self._check_shape(batch.shape)
            moments.update(batch)
        self.set_moments(moments or RunningMoments(()))

    def set_moments(self, moments: RunningMoments) -> None:
        """Puts measured moments into effect; refuses those of no data and of data that is not finite."""
        if moments.count == 0:
            raise invalid_argument("data", "at least one batch with at least one sample", "no samples")
        if moments.nonfinite:
            raise invalid_argument("data", "finite", f"{moments.nonfinite} values that are NaN or infinite")
        if self.input_mean is not None:
            raise invalid_argument("mean", "None for a layer that adapts", self.input_mean)
        if not self.can_hold(moments):
            largest = float(np.sqrt(self._limits.max))
            must_be = f"of means and standard deviations that {self.compute_dtype} can square, up to {largest:.2g}"
            raise invalid_argument("data", must_be, float(np.sqrt(moments.variance.max())))
        self.adapt_mean.assign(moments.mean)
        self.adapt_variance.assign(self._storable(moments))
        self.count.assign(min(moments.count, np.iinfo(np.int32).max))

    def can_hold(self, moments: RunningMoments) -> bool:
        """Whether the moments are finite, and stay so in the layer's dtype."""
        limit = float(self._limits.max)
        return not moments.nonfinite and bool(
            np.all(np.abs(moments.mean) <= limit) and np.all(moments.variance <= limit)
        )

    @property
    def _limits(self) -> Any:
        return ml_dtypes.finfo(self.compute_dtype)

    def _storable(self, moments: RunningMoments) -> np.ndarray:
        """Returns the variance, 0 where the data's own dtype or the layer's cannot tell it from 0."""
        deviation = np.sqrt(moments.variance)
        varies = ~moments.constant & (deviation > np.maximum(self.epsilon, self._rounding * np.abs(moments.mean)))
        lost = varies & (moments.variance < float(self._limits.tiny))
        if lost.any():
            warnings.warn(
                f"{np.count_nonzero(lost)} features vary by less than {float(np.sqrt(self._limits.tiny)):.2g}, whose "
                f"square {self.compute_dtype} cannot hold: they are centred and not scaled. Multiply them first.",
                stacklevel=3,
            )
        return np.where(moments.constant | lost, 0.0, moments.variance)

    @property
    def _rounding(self) -> float:
        return relative_rounding(self.compute_dtype)

    def _check_shape(self, shape: tuple[int, ...]) -> None:
        expected = self.built_shape
        if len(shape) != len(expected) or any(shape[d] != expected[d] for d in self.keep_axis):
            raise invalid_argument("data", f"of shape {expected}, as the layer was built", tuple(shape))

    @property
    def scale(self) -> Any:
        """What the features are divided by: the standard deviation, or 1 for a feature that counts as constant."""
        deviation = ops.sqrt(self.variance)
        constant = deviation <= ops.maximum(self.epsilon, self._rounding * ops.abs(self.mean))
        return ops.where(constant, ops.ones_like(deviation), deviation)

    def call(self, inputs: Any) -> Any:
        inputs = ops.cast(inputs, self.compute_dtype)
        if self.invert:
            return inputs * self.scale + self.mean
        return (inputs - self.mean) / self.scale

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "epsilon": self.epsilon}
