"""How `fit` walks over the data."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.source import Source

X = np.zeros((100, 3), np.float32)
SORTED = np.repeat(np.arange(10), 10)


class Batches:
    """Works like a `PyDataset`, of batches of ten."""

    num_batches = None

    def __init__(self, y, length):
        self.y = y
        self.num_batches = length
        self.read = 0

    def __getitem__(self, index):
        self.read += 1
        y = self.y[index * 10 % len(self.y) :][:10]
        return np.zeros((len(y), 3)), y


@pytest.mark.parametrize(("batch_size", "steps"), [(32, 4), (25, 4), (100, 1), (1000, 1)])
def test_steps_are_counted_as_fit_counts_them(batch_size, steps):
    plan = Source(X, SORTED, batch_size=batch_size).plan()
    assert (plan.samples, plan.steps_per_epoch, plan.batch_size) == (100, steps, batch_size)


@pytest.mark.parametrize("form", ["ids", "column", "one_hot", "outputs"])
def test_sorted_labels_give_batches_of_one_class_also_when_fit_shuffles(form):
    y = {"ids": SORTED, "column": SORTED[:, None], "one_hot": np.eye(10)[SORTED], "outputs": [X, SORTED]}[form]
    assert Source(X, y, batch_size=10).plan().single_class_batches == 1.0
    assert Source(X, y, batch_size=20).plan().single_class_batches == 0.0


def test_one_long_run_of_a_class_at_the_start_counts():
    y = np.repeat([0, 1], 5000)
    assert Source(np.zeros((10_000, 1)), y).plan().single_class_batches == 1.0


@pytest.mark.parametrize("y", [SORTED * 0.5 - 1, np.zeros(100), np.zeros((100, 4, 4), int) + SORTED[:, None, None]])
def test_where_classes_of_a_batch_do_not_apply(y):
    assert Source(X, y, batch_size=10).plan().single_class_batches is None


def test_batches_of_one_sample_do_not_count():
    assert Source(X, SORTED, batch_size=1).plan().single_class_batches is None


def test_a_stream_is_counted_while_it_is_read():
    batches = Batches(SORTED[:95], 10)
    plan = Source(batches).plan()
    assert (plan.kind, plan.samples, plan.batch_size, plan.steps_per_epoch) == ("pydataset", 95, 10, 10)
    assert plan.shuffle is None
    assert plan.single_class_batches == 1.0
    assert not plan.class_weight


def test_of_a_long_stream_only_the_first_batches_are_read():
    batches = Batches(SORTED, 1000)
    source = Source(batches)
    assert source.plan().samples == 10_000
    assert source.plan().steps_per_epoch == 1000
    assert batches.read <= 51
    endless = Source(Batches(SORTED, None)).plan()
    assert (endless.samples, endless.steps_per_epoch) == (None, None)
    assert Source(Batches(SORTED, None), steps_per_epoch=70).plan().samples == 700
