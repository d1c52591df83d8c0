"""Recording without a change: what is measured is right, and nothing else is touched."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable.errors import InvalidArgumentError
from keras_stable.optimizers.history import GradientHistoryReader
from keras_stable.optimizers.passive_recorder import recorded_gradients

GRADIENTS = [np.array([[3.0, -4.0]], "float32"), np.array([12.0], "float32")]


def variables():
    return [keras.Variable([[1.0, 2.0]], name="kernel"), keras.Variable([3.0], name="bias")]


def one_step(optimizer, gradients=GRADIENTS, graph=False):
    weights = variables()

    def apply():
        optimizer.apply([None if g is None else tf.constant(g) for g in gradients], weights)

    if not optimizer.built:
        optimizer.build(weights)
    (tf.function(apply) if graph else apply)()
    return [weight.numpy() for weight in weights]


@pytest.mark.parametrize("graph", [False, True])
@pytest.mark.parametrize(
    ("clips", "applied"),
    [({}, 13.0), ({"clipnorm": 1.0}, 2**0.5), ({"global_clipnorm": 0.5}, 0.5), ({"clipvalue": 3.0}, 27**0.5)],
)
def test_norms_before_and_after_the_clips_of_keras(graph, clips, applied):
    expected = one_step(keras.optimizers.SGD(0.1, **clips), graph=graph)
    optimizer = keras.optimizers.SGD(0.1, **clips)
    with recorded_gradients(optimizer):
        weights = one_step(optimizer, graph=graph)
        history = GradientHistoryReader(optimizer, from_start=True).read()
    assert all(map(np.array_equal, weights, expected))
    np.testing.assert_allclose(history.global_norm, [13.0], rtol=1e-6)
    np.testing.assert_allclose(history.applied_norm, [applied], rtol=1e-6)
    np.testing.assert_allclose(history.variable_norm, [[5.0, 12.0]], rtol=1e-6)
    assert [path.rpartition("/")[2] for path in history.variable_paths] == ["kernel", "bias"]


def test_a_variable_without_gradient_has_no_norm():
    optimizer = keras.optimizers.SGD(0.1)
    with recorded_gradients(optimizer):
        one_step(optimizer, [None, GRADIENTS[1]])
        history = GradientHistoryReader(optimizer, from_start=True).read()
    np.testing.assert_array_equal(history.variable_norm, [[np.nan, 12.0]])


def test_a_gradient_that_is_not_finite_is_taken_as_before():
    nan = [GRADIENTS[0] * np.nan, GRADIENTS[1]]
    optimizer = keras.optimizers.SGD(0.1)
    with recorded_gradients(optimizer):
        weights = one_step(optimizer, nan)
        history = GradientHistoryReader(optimizer, from_start=True).read()
    assert np.isnan(weights[0]).all()
    assert not history.finite[0]


def test_repeated_rows_of_an_embedding_count_as_their_sum():
    optimizer, table = keras.optimizers.SGD(0.1), keras.Variable(np.ones((3, 1)), name="table")
    slices = tf.IndexedSlices(tf.constant([[1.0], [2.0]]), tf.constant([1, 1]), tf.constant([3, 1]))
    with recorded_gradients(optimizer):
        optimizer.apply([slices], [table])
        history = GradientHistoryReader(optimizer, from_start=True).read()
    np.testing.assert_allclose(history.global_norm, [3.0])


def test_the_optimizer_is_afterwards_as_it_was():
    optimizer = keras.optimizers.Adam()
    before = set(vars(optimizer))
    with recorded_gradients(optimizer):
        assert type(optimizer) is keras.optimizers.Adam
        assert [variable.name for variable in optimizer.variables] == ["iteration", "learning_rate"]
    assert set(vars(optimizer)) == before


def test_one_that_records_anyway_is_left_alone():
    optimizer = keras_stable.optimizers.SGD(0.1)
    one_step(optimizer)
    ring, attributes = optimizer.gradient_ring, set(vars(optimizer))
    with recorded_gradients(optimizer):
        assert optimizer.gradient_ring is ring
        assert set(vars(optimizer)) == attributes
    assert optimizer.gradient_ring is ring


def test_several_optimizers_in_one_are_refused():
    optimizer = keras.optimizers.SGD()
    optimizer.optimizers = []
    with pytest.raises(InvalidArgumentError, match="a single one"), recorded_gradients(optimizer):
        pass
