import numpy as np
import pytest

from keras_stable.ops.predictions import class_counts, labelled_statistics, predicted_classes, prediction_statistics


def statistics(counts):
    return [float(value) for value in vars(prediction_statistics(np.array(counts))).values()]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([0, 0, 0], [0, 0, 0]),
        ([7, 0, 0], [1, 1, 1]),
        ([5, 5, 0], [2, 2, 0.5]),
        ([1, 1, 1], [3, 3, 1 / 3]),
        ([2, 1, 1], [3, 2 * 2**0.5, 0.5]),
    ],
)
def test_golden_values(counts, expected):
    assert statistics(counts) == pytest.approx(expected, rel=1e-6)


def test_a_rare_class_among_a_million_is_not_lost():
    counts = [10**6, 1]
    p = np.array(counts) / sum(counts)
    assert statistics(counts) == pytest.approx([2, np.exp(-(p * np.log(p)).sum()), p[0]], rel=1e-6)


def test_class_ids_of_logits_of_sequences_and_of_one_unit():
    assert predicted_classes(np.array([[1.0, 3.0], [2.0, 0.0]])).numpy().tolist() == [1, 0]
    assert predicted_classes(np.eye(3)[None, [2, 0]]).numpy().tolist() == [2, 0]
    assert predicted_classes(np.array([[0.4], [0.6]])).numpy().tolist() == [0, 1]
    assert predicted_classes(np.array([[-0.1], [0.1]]), threshold=0.0).numpy().tolist() == [0, 1]
    assert class_counts(np.array([0, 2, 2]), 4).numpy().tolist() == [1, 0, 2, 0]


def test_at_the_threshold_a_unit_says_no_and_of_equal_classes_the_first_is_taken():
    assert predicted_classes(np.array([[0.5], [0.50001]])).numpy().tolist() == [0, 1]
    assert predicted_classes(np.array([[0.4, 0.4], [0.1, 0.9]])).numpy().tolist() == [0, 1]
    assert predicted_classes(np.zeros((0, 3))).shape == (0,)
    assert predicted_classes(np.ones((2, 3, 1))).numpy().tolist() == [1] * 6


def test_ids_are_int32_and_counts_float32():
    assert predicted_classes(np.eye(3)).dtype == predicted_classes(np.eye(3)[:, :1]).dtype == "int32"
    assert class_counts(np.array([0]), 2).dtype == "float32"


def test_ids_beyond_the_classes_count_for_none():
    assert class_counts(np.array([0, 5, -1]), 3).numpy().tolist() == [1, 0, 0]


def test_less_than_one_prediction_is_no_whole():
    # Averages over replicas may come to fractions.
    assert statistics([0.25, 0.25])[2] == 0.25


def labelled_reference(counts, labels):
    p, q = (np.asarray(some, "float64") / sum(some) for some in (counts, labels))
    m = (p + q) / 2
    kl = [sum(a * np.log(a / b) for a, b in zip(one, m, strict=True) if a > 0) for one in (p, q)]
    return [np.count_nonzero((q > 0) & (p == 0)), sum(kl) / 2, (1 - (1 - p) ** 10).sum()]


@pytest.mark.parametrize(
    ("counts", "labels"),
    [([6, 0, 0], [2, 2, 2]), ([1, 2, 3], [3, 2, 1]), ([5, 5], [500, 500]), ([1, 0], [0, 1]), ([9, 1, 0], [1, 1, 0])],
)
def test_beside_labels(counts, labels):
    actual = [float(value) for value in vars(labelled_statistics(counts, labels)).values()]
    assert actual == pytest.approx(labelled_reference(counts, labels), rel=1e-5, abs=1e-7)


def test_golden_divergences():
    assert float(labelled_statistics([1, 0], [0, 1]).label_divergence) == pytest.approx(np.log(2))
    assert float(labelled_statistics([2, 2], [1, 1]).label_divergence) == 0.0
    assert {float(value) for value in vars(labelled_statistics([0, 0], [0, 0])).values()} == {0.0}


def test_a_hundred_thousand_classes():
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 100_000, size=5_000)
    counts = class_counts(ids, 100_000).numpy()
    np.testing.assert_array_equal(counts, np.bincount(ids, minlength=100_000))
    labels = np.ones(100_000)
    actual = [float(value) for value in vars(labelled_statistics(counts, labels)).values()]
    assert actual == pytest.approx(labelled_reference(counts, labels), rel=1e-4)
