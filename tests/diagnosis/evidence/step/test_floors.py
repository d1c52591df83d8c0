"""The least loss that any answer can have, as the model itself computes it."""

import math

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.floors import loss_floor
from keras_stable.diagnosis.facts import Output

SOFT = np.array([[0.2], [0.5], [0.9], [1.0], [0.0], [0.7]], "float32")
X = np.ones((6, 3), "float32")


def model_of(loss, activation="sigmoid", **arguments):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation=activation, **arguments)])
    model.compile("sgd", loss)
    return model


def parts(weights=None):
    """Two batches of different sizes."""
    tensors = [keras.ops.convert_to_tensor(values) for values in (X, SOFT)]
    weights = None if weights is None else keras.ops.convert_to_tensor(weights)
    for part in (slice(0, 4), slice(4, 6)):
        yield Batch(tensors[0][part], tensors[1][part], None if weights is None else weights[part])


def loss_of(model, part, answer):
    return float(model.compute_loss(part.x, part.y, answer, part.sample_weight, training=False))


def entropy(shares):
    shares = np.clip(shares.astype("float64"), 1e-7, 1 - 1e-7)
    return -(shares * np.log(shares) + (1 - shares) * np.log(1 - shares))


def test_under_a_cross_entropy_it_is_the_entropy_of_the_labels():
    model = model_of("binary_crossentropy")
    floor = loss_floor(model, parts(), [Output(loss="binary_crossentropy", shape=(1,))], loss_of)
    assert floor == pytest.approx(entropy(SOFT).mean(), rel=1e-4)


def test_weights_count_as_in_training_and_penalties_do_not_count():
    weights = np.array([1, 2, 3, 1, 1, 4], "float32")
    model = model_of("binary_crossentropy", kernel_regularizer=keras.regularizers.L2(10.0))
    floor = loss_floor(model, parts(weights), [Output(loss="binary_crossentropy", shape=(1,))], loss_of)
    # Keras divides by the number of samples, and a batch counts by its rows.
    assert floor == pytest.approx(np.mean(weights * entropy(SOFT)[:, 0]), rel=1e-4)


def test_it_is_0_for_a_distance_and_unknown_for_a_loss_of_ones_own():
    squared = model_of("mean_squared_error", "linear")
    assert loss_floor(squared, parts(), [Output(loss="mean_squared_error", shape=(1,))], loss_of) == 0.0
    own = model_of(lambda y, answer: keras.ops.mean(keras.ops.abs(answer)))
    assert math.isnan(loss_floor(own, parts(), [Output(loss="custom", shape=(1,))], loss_of))
    assert math.isnan(loss_floor(squared, iter(()), [Output(loss="mean_squared_error", shape=(1,))], loss_of))
