"""What an output is meant to do."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.step.tasks import class_ids, constants, predicted_classes, r2, task_of, threshold
from keras_stable.diagnosis.facts import Labels, Output


@pytest.mark.parametrize(
    ("loss", "width", "activation", "metrics", "kind", "task"),
    [
        ("sparse_categorical_crossentropy", 10, "softmax", (), "class_ids", "classes"),
        ("categorical_crossentropy", 1, "softmax", (), "binary", "binary"),
        ("binary_crossentropy", 1, "sigmoid", (), "binary", "binary"),
        ("binary_crossentropy", 5, "sigmoid", (), "multi_hot", "multi_label"),
        ("binary_crossentropy", 5, "softmax", (), "one_hot", "classes"),
        ("mean_squared_error", 5, "softmax", (), "one_hot", "classes"),
        ("mean_squared_error", 1, "sigmoid", (), "binary", "binary"),
        ("mean_squared_error", 1, "linear", (), "real", "regression"),
        ("mean_squared_error", 1, "linear", ("mean_absolute_error",), "class_ids", "regression"),
        ("mean_squared_error", 1, "linear", ("accuracy",), "class_ids", "classes"),
        ("hinge", 1, "tanh", (), "real", "binary"),
        ("custom", 4, "softmax", (), "class_ids", "classes"),
        ("custom", 64, "linear", (), "class_ids", "regression"),  # vectors of a triplet loss
        ("custom", 4, "linear", ("accuracy",), "class_ids", "classes"),
        ("custom", 10, "linear", (), "class_ids", "classes"),
        ("huber", 8, "linear", (), "real", "regression"),
        ("sparse_categorical_crossentropy", 100_000, "softmax", (), "class_ids", "classes"),
    ],
)
def test_tasks(loss, width, activation, metrics, kind, task):
    output = Output(width=width, loss=loss, activation=activation, metrics=metrics)
    assert task_of(output, Labels(kind=kind)) == task


@pytest.mark.parametrize(
    ("labels", "loss", "width", "task"),
    [
        ({"kind": "real", "minimum": 0.02, "maximum": 0.97}, "binary_crossentropy", 1, "shares"),
        ({"kind": "real", "minimum": 0.0, "maximum": 1.0}, "binary_crossentropy", 784, "shares"),
        ({"kind": "real", "minimum": 0.05, "maximum": 0.95, "distinct": 2}, "binary_crossentropy", 1, "binary"),
        ({"kind": "real", "minimum": -1.0, "maximum": 1.0}, "binary_crossentropy", 1, "binary"),
        ({"kind": "distribution", "class_counts": ()}, "categorical_crossentropy", 4, "shares"),
        ({"kind": "distribution", "class_counts": ((0, 9),)}, "categorical_crossentropy", 4, "classes"),
        ({"kind": "distribution", "class_counts": ()}, "kl_divergence", 4, "shares"),
    ],
)
def test_soft_labels_are_no_classes(labels, loss, width, task):
    assert task_of(Output(width=width, loss=loss, metrics=("accuracy",)), Labels(**labels)) == task


def test_an_ignored_class_is_not_counted():
    tagged = Output(width=3, ignore_class=-1)
    assert class_ids(np.array([[0, 2], [-1, 1]]), Labels(kind="real", minimum=-1), tagged).tolist() == [0, 2, -1, 1]


def test_classes_of_labels():
    assert class_ids(np.eye(3)[[2, 0]], Labels(kind="one_hot"), Output()).tolist() == [2, 0]
    assert class_ids(np.array([[3.0], [1.0]]), Labels(), Output()).tolist() == [3, 1]
    assert class_ids(np.array([-1.0, 1.0]), Labels(kind="real"), Output()).tolist() == [0, 1]


def test_classes_of_predictions():
    logits = Output(width=1, from_logits=True, loss="binary_crossentropy")
    binary = Labels(kind="binary", minimum=0, maximum=1)
    assert predicted_classes(np.array([[0.2], [-0.2]]), "binary", logits, binary).tolist() == [1, 0]
    shares = Output(width=1, from_logits=False, loss="binary_crossentropy")
    assert predicted_classes(np.array([[0.2], [0.7]]), "binary", shares, binary).tolist() == [0, 1]
    assert predicted_classes(np.array([[2.2], [0.7]]), "classes", shares, Labels()).tolist() == [2, 1]
    assert threshold(Output(loss="hinge"), Labels(kind="real", minimum=-1)) == 0


def test_r2_needs_labels_that_vary():
    assert r2(np.arange(4.0), np.arange(4.0)) == 1
    assert np.isnan(r2(np.ones(4), np.ones(4)))


@pytest.mark.parametrize("rows", [8, 9])
def test_ids_of_two_classes_are_counted_and_are_no_pairs_of_values(rows):
    ids = np.arange(rows) % 4 == 0
    output = Output(width=2, loss="sparse_categorical_crossentropy")
    (shares,) = constants(ids, (rows, 2), Labels(kind="binary"), output)
    np.testing.assert_allclose(shares, [1 - ids.mean(), ids.mean()])


def test_one_number_a_row_for_two_outputs_is_the_best_for_both():
    mean = constants(np.arange(4.0), (4, 2), Labels(kind="real"), Output(width=2, loss="mean_squared_error"))[0]
    np.testing.assert_allclose(mean, [1.5, 1.5])
