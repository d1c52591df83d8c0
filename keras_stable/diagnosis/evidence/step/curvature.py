"""The sharpness of the loss: the largest eigenvalue of its Hessian."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors
from keras_stable.diagnosis.evidence.step.loss_of_weights import fixed_loss, gradient, traced
from keras_stable.diagnosis.rule import Skip

Vector = Sequence[tf.Tensor]

# Below this share of the largest coefficient so far, the vectors found span all that the loss curves along.
_BREAKDOWN = 1e-6


def sharpness(model: keras.Model, batch: Batch, iterations: int = 20, seed: int = 0) -> float:
    """Returns the largest eigenvalue of the Hessian of the training loss over the trainable weights.

    By the Lanczos iteration (Lanczos 1950) on Hessian-vector products (Pearlmutter 1994), each the gradient of
    the product of gradient and vector. Three vectors of the size of the weights are kept, however many
    iterations there are; what the vectors lose of their orthogonality only repeats eigenvalues that were found. Dropout
    and noise are off. The largest with its sign: where the loss is concave along every direction it is negative.

    Args:
        model: compiled and built; a copy, whose weights stay as they are.
        batch: rows to take the loss over, NumPy.
        iterations: int of at least 1, Hessian-vector products; each costs about two training steps.
        seed: int, of the first vector.

    Returns:
        float; NaN where the loss or a product is not finite.

    Raises:
        Skip: When there is nothing to train, or an operation of the model has no second derivative.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    >>> model.compile("sgd", "mse")
    >>> sharpness(model, Batch(np.array([[3.0]]), np.array([[1.0]])))
    18.0
    """
    variables = model.trainable_variables
    if not variables:
        raise Skip("there are no trainable weights")
    rows = Batch(*(as_tensors(part) for part in (batch.x, batch.y, batch.sample_weight)))
    with fixed_loss(model) as loss:

        def product(*vector: tf.Tensor) -> Vector:
            with tf.GradientTape() as outer:
                with tf.GradientTape() as inner:
                    value = loss(rows)
                slope = dot(gradient(inner, value, variables), vector)
            return gradient(outer, slope, variables)

        shapes = [variable.shape for variable in variables]
        try:
            return largest_eigenvalue(traced(model, product), shapes, iterations, seed)
        except LookupError as error:
            raise Skip("an operation of this model has no second derivative") from error


def largest_eigenvalue(
    product: Callable[..., Vector], shapes: Sequence[Any], iterations: int = 20, seed: int = 0
) -> float:
    """Returns the largest eigenvalue of a symmetric matrix that is known by its products with vectors.

    Args:
        product: takes the parts of a vector, float32 tensors, and returns those of the product.
        shapes: of the parts.
        iterations: int of at least 1.
        seed: int, of the first vector.
    """
    start = [tf.random.stateless_normal(shape, [seed, part]) for part, shape in enumerate(shapes)]
    vector = _scaled(start, 1 / _norm(start))
    before = [tf.zeros_like(part) for part in vector]
    diagonal: list[float] = []
    beside: list[float] = []
    for _ in range(min(iterations, sum(int(tf.size(part)) for part in vector))):
        image = product(*vector)
        diagonal.append(float(dot(image, vector)))
        back = beside[-1] if beside else 0.0
        rest = [a - diagonal[-1] * v - back * b for a, v, b in zip(image, vector, before, strict=True)]
        beside.append(_norm(rest))
        if not math.isfinite(beside[-1]):
            return math.nan
        if beside[-1] <= _BREAKDOWN * max(map(abs, (*diagonal, *beside))):
            break
        before, vector = vector, _scaled(rest, 1 / beside[-1])
    matrix = np.diag(diagonal) + np.diag(beside[: len(diagonal) - 1], 1) + np.diag(beside[: len(diagonal) - 1], -1)
    return float(np.linalg.eigvalsh(matrix)[-1])


def dot(one: Vector, other: Vector) -> tf.Tensor:
    """Returns the inner product of two vectors given by their parts."""
    return tf.add_n([tf.reduce_sum(a * b) for a, b in zip(one, other, strict=True)])


def _norm(vector: Vector) -> float:
    return math.sqrt(float(dot(vector, vector)))


def _scaled(vector: Vector, factor: float) -> list[tf.Tensor]:
    return [part * factor for part in vector]
