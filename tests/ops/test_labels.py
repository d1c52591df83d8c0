import numpy as np
import pytest
import tensorflow as tf

from keras_stable.ops.labels import label_counts, labels_of, position_weights

ONE_HOT = np.eye(3)[[0, 2, 2, 1]]


def counted(y_true, y_pred, classes, weights=None):
    y_pred = tf.constant(y_pred, tf.float32)
    weights = position_weights(y_pred, weights)
    return label_counts(labels_of(y_true, y_pred, classes), classes, weights).numpy().tolist()


@pytest.mark.parametrize(
    "y_true",
    [[0, 2, 2, 1], np.array([[0.0], [2.0], [2.0], [1.0]]), ONE_HOT, ONE_HOT.astype(bool)],
    ids=["ids", "ids in a column", "one-hot", "bool"],
)
def test_forms_of_labels(y_true):
    assert counted(y_true, np.zeros((4, 3)), 3) == [1, 1, 2]
    assert counted(y_true, np.zeros((4, 3)), 3, [1.0, 0.5, 0.25, 0.0]) == [1, 0, 0.75]


def test_positions_of_a_sequence_and_labels_that_are_no_class():
    assert counted(np.array([[0, 255], [-1, 1]]), np.zeros((2, 2, 3)), 3) == [1, 1, 0]
    assert counted(np.eye(3)[[[0, 1], [1, 1]]], np.zeros((2, 2, 3)), 3) == [1, 3, 0]


@pytest.mark.parametrize("y_true", [[0, 1, 1], [[0.0], [1.0], [1.0]], [False, True, True], [-1.0, 1.0, 0.9]], ids=str)
def test_beside_one_unit(y_true):
    assert counted(y_true, np.zeros((3, 1)), 2) == [1, 2]


def test_what_is_no_label_of_these_predictions():
    y_pred = tf.zeros((4, 3))
    for y_true in (None, np.zeros((4, 5)), np.array(["a"] * 4), np.zeros((4, 2, 3)), {"a": [0], "b": [1]}):
        assert labels_of(y_true, y_pred, 3) is None
    assert labels_of({"output": [0, 1, 1, 1]}, y_pred, 3).ids.numpy().tolist() == [0, 1, 1, 1]


def test_values_below_zero_are_no_share():
    assert counted([[-1.0, 2.0]], np.zeros((1, 2)), 2) == [0, 2]


def test_weights_of_samples_reach_every_position():
    y_pred = tf.zeros((2, 3, 5))
    mask = [[True, True, False], [True, False, False]]
    assert position_weights(y_pred, [2.0, 3.0], mask).numpy().tolist() == [2, 2, 0, 3, 0, 0]
    assert position_weights(y_pred, np.full((2, 3, 1), 0.5)).numpy().tolist() == [0.5] * 6
    assert position_weights(tf.zeros((2, 4)), [[2.0], [1.0]], None).numpy().tolist() == [2, 1]
