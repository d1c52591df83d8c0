"""The gradient noise scale: from which batch size on a larger one hardly makes better steps."""

import math
from collections.abc import Iterable, Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.model.demands import demanded_rows
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors
from keras_stable.diagnosis.evidence.step.loss_of_weights import fixed_loss, gradient, traced
from keras_stable.diagnosis.facts import GradientNoise
from keras_stable.diagnosis.rule import Skip

# With fewer, the variance of the small gradients is hardly known: batches are cut until there are so many.
_GRADIENTS = 8


def gradient_noise(model: keras.Model, batches: Iterable[Batch]) -> GradientNoise:
    """Returns the simple noise scale tr(S) / |G|^2 (McCandlish et al. 2018, equation 2.9 and appendix A.1).

    S is the covariance of one sample's gradient and G the mean gradient; both are estimated without bias from
    the gradients of small batches and of all of them together. Dropout and noise are off.

    Args:
        model: compiled and built; a copy, whose weights stay as they are.
        batches: NumPy batches; those with fewer rows than the first are left out, and few are cut into parts.

    Returns:
        `GradientNoise`; its scale is infinite where the mean gradient cannot be told from 0, and NaN where a
        gradient is not finite.

    Raises:
        Skip: When there is nothing to train, or fewer than two samples.
    """
    variables = model.trainable_variables
    if not variables:
        raise Skip("there are no trainable weights")
    gathered = list(batches)
    full = [batch for batch in gathered if batch.rows == gathered[0].rows]
    parts = list(_parts(full, demanded_rows(model)))
    if len(parts) < 2:
        raise Skip("one sample has no gradient noise")
    squares, total = [], [tf.zeros(variable.shape) for variable in variables]
    with fixed_loss(model) as loss:

        def slopes(batch: Batch) -> list[tf.Tensor]:
            with tf.GradientTape() as tape:
                value = loss(batch)
            return gradient(tape, value, variables)

        function = traced(model, lambda x, y, weight: slopes(Batch(x, y, weight)))
        for part in parts:
            gradients = function(*(as_tensors(array) for array in (part.x, part.y, part.sample_weight)))
            squares.append(_squared(gradients))
            total = [one + other for one, other in zip(total, gradients, strict=True)]
    mean = _squared(total) / len(parts) ** 2
    scale = noise_scale(float(np.mean(squares)), parts[0].rows, mean, parts[0].rows * len(parts))
    return GradientNoise(scale, full[0].rows, len(parts))


def noise_scale(small: float, small_rows: int, large: float, large_rows: int) -> float:
    """Returns the noise scale from the squared norms of gradients over few and over many rows.

    >>> round(noise_scale(4 + 100 / 10, 10, 4 + 100 / 50, 50), 6)  # |G|^2 = 4, tr(S) = 100
    25.0
    """
    signal = (large_rows * large - small_rows * small) / (large_rows - small_rows)
    noise = max((small - large) / (1 / small_rows - 1 / large_rows), 0.0)
    if not math.isfinite(signal + noise):
        return math.nan
    if signal > 0:
        return noise / signal
    return math.inf if noise > 0 else math.nan


def _parts(batches: Sequence[Batch], demanded: int | None) -> Iterator[Batch]:
    pieces = max(1, math.ceil(_GRADIENTS / len(batches))) if demanded is None else 1
    rows = max(1, batches[0].rows // pieces)
    for batch in batches:
        for start in range(0, batch.rows - rows + 1, rows):
            yield batch.take(slice(start, start + rows))


def _squared(vector: Sequence[tf.Tensor]) -> float:
    return float(tf.add_n([tf.reduce_sum(part**2) for part in vector]))
