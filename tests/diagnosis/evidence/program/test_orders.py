"""The order of labels: sorted, mixed by a small buffer, random, and what has no order to speak of."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.program.orders import are_windows, order_of

DIGITS = np.repeat(np.arange(10), 144)


def batches(labels, size=32):
    return [labels[start : start + size] for start in range(0, len(labels), size)]


def buffered(labels, buffer, seed=0):
    """What `Dataset.shuffle(buffer)` makes of labels."""
    rng, held, out = np.random.default_rng(seed), [], []
    for label in labels:
        held.append(label)
        if len(held) == buffer:
            out.append(held.pop(rng.integers(buffer)))
    return np.array(out + list(rng.permutation(held)))


@pytest.mark.parametrize(
    ("buffer", "low", "high"), [(1, 0.9, 1.0), (64, 0.4, 0.8), (400, 0.05, 0.2), (1440, -0.02, 0.02)]
)
def test_a_buffer_far_below_the_set(buffer, low, high):
    order = order_of("digits", batches(buffered(DIGITS, buffer)))
    assert low <= order.concentration <= high
    assert (order.deviations > 8) == (buffer < 1440)
    assert order.expected == pytest.approx(9.67, abs=0.1)


@pytest.mark.parametrize("form", ["ids", "column", "one_hot"])
def test_every_form_of_classes(form):
    labels = {"ids": DIGITS, "column": DIGITS[:, None], "one_hot": np.eye(10)[DIGITS]}[form]
    assert order_of("digits", batches(labels)).concentration > 0.9


@pytest.mark.parametrize("seed", range(5))
def test_random_batches_are_no_finding(seed):
    rng = np.random.default_rng(seed)
    order = order_of("y", batches(rng.choice(50, 3000, p=rng.dirichlet(np.ones(50)))), seed=seed)
    assert abs(order.deviations) < 5


def test_balanced_batches_are_less_concentrated_than_random_ones():
    assert order_of("y", batches(np.tile(np.arange(10), 144), 30)).concentration < 0


def test_numbers_that_are_sorted():
    rng = np.random.default_rng(0)
    values = rng.normal(size=1000) + 0.5
    mixed, sorted_up = (order_of("price", batches(part)) for part in (values, np.sort(values)))
    assert abs(mixed.deviations) < 4
    assert (sorted_up.kind, round(sorted_up.trend, 2)) == ("numbers", 1.0)
    assert sorted_up.deviations > 50
    assert sorted_up.seen < 0.1


@pytest.mark.parametrize(
    "labels", [np.zeros(200, int), np.random.default_rng(0).normal(size=(200, 3)), np.full(200, np.nan), DIGITS[:64]]
)
def test_labels_without_an_order(labels):
    assert order_of("y", batches(labels)) is None


def test_windows_over_a_series():
    series = np.cumsum(np.random.default_rng(0).normal(size=200))
    windows = np.stack([series[i : i + 24] for i in range(100)])
    assert are_windows(windows)
    assert are_windows(windows[..., None].astype("float32"))
    assert are_windows(windows[::3])
    assert are_windows(windows[:, ::-1])
    assert not are_windows(np.random.default_rng(0).normal(size=(100, 24)))
    assert not are_windows(np.zeros((100, 24)))
    assert not are_windows(windows[:, 0])
