"""Facts of inputs and labels, against NumPy."""

import math

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.data_facts import inputs, labels
from keras_stable.diagnosis.evidence.data.source import Source

RANDOM = np.random.default_rng(0)


def test_the_figures_of_an_input_are_those_of_numpy():
    x = (1e5 + RANDOM.normal(size=(3000, 4, 3)) * [1.0, 8.0, 2.0]).astype(np.float32)
    x[:, 1, 0] = 7.0
    [found] = inputs(Source(x, np.zeros(3000)), ["pixels"])
    exact = x.astype(np.float64)
    deviations = np.delete(exact.std(axis=0).ravel(), 3)
    assert (found.name, found.shape, found.dtype, found.samples) == ("pixels", (4, 3), "float32", 3000)
    assert (found.minimum, found.maximum) == (exact.min(), exact.max())
    assert (found.mean, found.std) == pytest.approx((exact.mean(), exact.std()), rel=1e-9)
    assert (found.features, found.constant_features) == (12, 1)
    assert found.feature_std == pytest.approx((deviations.min(), np.median(deviations), deviations.max()), rel=1e-6)
    assert found.feature_mean == pytest.approx(exact.mean(axis=0).max(), rel=1e-9)


def test_what_needs_the_model_is_left_neutral():
    [found] = inputs(Source([[1.0], [2.0]], [0, 1]))
    assert (found.name, found.consumer, found.normalized_by) == ("input", "", "")
    assert all(map(math.isnan, (found.entering_mean, found.entering_std, found.entering_max)))


def test_a_nan_anywhere_in_an_array_is_found():
    x = np.zeros((50_000, 2), np.float32)
    x[43_210, 1] = np.nan
    [found] = inputs(Source(x, np.zeros(50_000)))
    assert (found.samples, found.nonfinite, found.nonfinite_rows) == (4096, 1, (43_210,))
    assert (found.mean, found.maximum) == (0.0, 0.0)


def test_nothing_finite_at_all():
    [found] = inputs(Source(np.full((3, 2), np.nan), [0, 1, 1]))
    assert found.nonfinite == 6
    assert all(map(math.isnan, (found.minimum, found.maximum, found.mean, found.std, found.feature_mean)))


def test_text_has_no_figures_and_tokens_have():
    x = {"text": np.array(["a b", "c"], object), "tokens": np.array([[1, 2], [3, 4]], np.int32)}
    text, tokens = inputs(Source(x, [0, 1]), ["text", "tokens"])
    assert (text.name, text.dtype, text.samples, text.nonfinite) == ("text", "object", 2, 0)
    assert math.isnan(text.mean)
    assert math.isnan(text.feature_std[1])
    assert (tokens.dtype, tokens.mean, tokens.maximum) == ("int32", 2.5, 4.0)


def test_one_row_does_not_tell_what_is_constant():
    assert inputs(Source([[1.0, 2.0]], [0]))[0].constant_features == 0


def test_float64_that_fit_would_make_infinite_is_reported():
    [found] = inputs(Source(np.array([[1e300], [1.0]]), [0, 1]))
    assert (found.dtype, found.nonfinite, found.maximum) == ("float64", 1, 1.0)


def test_class_ids_are_counted_in_all_rows():
    y = np.concatenate([np.zeros(30_000, int), np.ones(20_000, int), [2]])
    [found] = labels(Source(np.zeros((50_001, 1)), y), ["digit"])
    assert (found.output, found.kind, found.samples, found.distinct) == ("digit", "class_ids", 50_001, 3)
    assert found.class_counts == ((0, 30_000), (1, 20_000), (2, 1))
    assert (found.mean, found.std) == pytest.approx((y.mean(), y.std()))


def test_labels_of_several_outputs_by_name():
    y = {"b": np.eye(3)[[0, 2, 2]], "a": np.array([[-1.0], [1.5], [np.nan]])}
    first, second = labels(Source(np.zeros((3, 1)), y), ["a", "b"])
    assert (first.output, first.kind, first.shape, first.distinct, first.whole) == ("a", "real", (1,), 3, False)
    assert (first.nonfinite, first.nonfinite_rows, first.minimum, first.maximum) == (1, (2,), -1.0, 1.5)
    assert (second.kind, second.shape, second.class_counts, second.distinct) == ("one_hot", (3,), ((0, 1), (2, 2)), 2)


@pytest.mark.parametrize(
    ("y", "kind", "distinct"),
    [([-1, 1, 1], "real", 2), ([[0, 1, 1], [1, 1, 0], [0, 1, 1]], "multi_hot", 2), ([0.5, 0.5, 1.0], "real", 2)],
)
def test_labels_that_are_not_counted_by_class(y, kind, distinct):
    [found] = labels(Source(np.zeros((3, 1)), y))
    assert (found.kind, found.class_counts, found.distinct) == (kind, (), distinct)


def test_wide_labels_are_read_in_part_and_spread():
    y = np.broadcast_to(np.repeat(np.arange(10, dtype=np.uint8), 400)[:, None], (4000, 1000))
    [found] = labels(Source(np.zeros((4000, 1)), y))
    assert found.samples == 2**21 // 1000
    assert [each for each, _ in found.class_counts] == list(range(10))


def test_facts_are_taken_without_reading_a_large_array_as_a_whole():
    class Counting(np.ndarray):
        taken = 0

        def __getitem__(self, rows):
            Counting.taken += len(rows) if isinstance(rows, np.ndarray) else 0
            return np.asarray(self)[rows]

    # Integers need no search for NaN, so the sample is all that is read.
    x = np.zeros((100_000, 20), np.int16).view(Counting)
    source = Source(x, np.arange(100_000) % 3)
    source.reader.inputs._read = x.__getitem__
    inputs(source)
    assert Counting.taken == 4096
