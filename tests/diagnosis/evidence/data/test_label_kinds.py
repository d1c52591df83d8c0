"""What labels look like."""

import ml_dtypes
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.label_kinds import are_classes, class_ids, is_whole, kind_of

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("class_ids", RANDOM.integers(0, 10, 60)),
        ("class_ids", RANDOM.integers(0, 10, (60, 1)).astype(np.float32)),
        ("class_ids", np.array([1, 2, 1, 2])),
        ("class_ids", np.array([0, 1, 2])),
        ("class_ids", np.array([1, 2, 5, 5, 4, 1])),
        ("class_ids", np.repeat(np.arange(50), 10)),
        ("class_ids", RANDOM.integers(0, 1000, 20_000)),
        ("class_ids", RANDOM.integers(0, 21, (5, 16, 16))),
        ("class_ids", RANDOM.integers(0, 3, (5, 8, 8, 1)).astype(np.uint8)),
        ("class_ids", np.array([0.0, np.nan, 2.0, 2.0, 1.0])),
        ("binary", np.array([0, 1, 1])),
        ("binary", np.array([[0.0], [1.0]])),
        ("binary", np.array([True, False])),
        ("binary", np.array([0, 1, 1]).astype(ml_dtypes.bfloat16)),
        ("binary", RANDOM.integers(0, 2, (3, 8, 8, 1))),
        ("one_hot", np.eye(4)[[0, 3, 3]]),
        ("one_hot", np.eye(3)[RANDOM.integers(0, 3, (2, 5, 5))]),
        ("multi_hot", np.array([[0, 1, 1], [0, 0, 0]])),
        ("multi_hot", np.array([[1, 1], [1, 0]])),
        ("distribution", np.array([[0.9, 0.1], [0.25, 0.75]], np.float16)),
        ("distribution", RANDOM.dirichlet(np.ones(5), 20)),
        ("real", np.array([-1, 1, 1, -1])),
        ("real", RANDOM.normal(size=50)),
        ("real", RANDOM.integers(50_000, 900_000, 500)),
        ("real", RANDOM.integers(25, 347, 442)),
        ("real", np.arange(0, 40, 2)),
        ("real", np.arange(50)),
        ("real", np.array([0, 255, 255, 0])),
        ("real", np.array([10, 20, 30] * 5)),
        ("real", RANDOM.normal(size=(20, 3))),
        ("real", RANDOM.integers(0, 256, (50, 28, 28, 1))),
        ("real", np.array([np.nan, np.inf])),
    ],
)
def test_kinds(kind, labels):
    assert kind_of(labels) == kind


def test_the_loss_decides_before_the_looks_do():
    """A tenth of a hundred thousand classes in few rows look like prices."""
    many = RANDOM.integers(0, 100_000, 20_000)
    assert kind_of(many) == "real"
    assert kind_of(many, "sparse_categorical_crossentropy") == "class_ids"
    words = RANDOM.integers(0, 32_000, (64, 128))
    assert kind_of(words, "sparse_categorical_crossentropy") == "class_ids"
    assert kind_of(RANDOM.integers(0, 9, (64, 8)), "mean_squared_error") == "real"
    assert kind_of(RANDOM.uniform(size=50), "sparse_categorical_crossentropy") == "real"


def test_rows_without_a_clear_class_have_none():
    assert not are_classes(RANDOM.dirichlet(np.full(5, 5.0), 50), "distribution")
    assert are_classes(0.9 * np.eye(4)[[0, 1, 3]] + 0.025, "distribution")
    assert are_classes(np.array([0, 1]), "binary")
    assert not are_classes(np.array([0.5, 1.0]), "real")


def test_the_class_of_each_row():
    assert class_ids(np.eye(3)[[2, 0]]).tolist() == [2, 0]
    assert class_ids(np.array([[0.2, 0.8], [0.6, 0.4]])).tolist() == [1, 0]
    assert class_ids(np.array([[1], [0]])).tolist() == [1, 0]
    assert class_ids(np.array([np.nan, 2.0, 0.0])).tolist() == [2, 0]


def test_whole_numbers():
    assert is_whole(np.array([1.0, np.inf, -2.0]))
    assert is_whole(np.array([True]))
    assert not is_whole(np.array([0.5, 1.0]))
