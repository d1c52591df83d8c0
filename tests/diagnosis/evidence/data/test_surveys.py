import itertools

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.data.surveys import ROWS, Survey


def batches(count, size=32, width=2):
    for start in range(0, count * size, size):
        numbers = np.arange(start, start + size)
        yield Batch(np.repeat(numbers[:, None], width, axis=1).astype("float32"), numbers)


class Sorted:
    """Works like a `PyDataset`: ten classes, one after the other."""

    num_batches = 200

    def __getitem__(self, index):
        return np.full((32, 2), index, "float32"), np.full(32, index // 20)


def test_each_row_is_as_likely():
    kept = np.zeros(400)
    for seed in range(30):
        survey = Survey(batches(400), seed=seed)
        [(numbers, rows)] = survey.chunks(ROWS)
        assert (rows.y == numbers).all()
        assert len(numbers) == ROWS
        assert (np.diff(numbers) > 0).all()
        kept += np.bincount(numbers // 32, minlength=400)
    expected = 30 * ROWS / 400
    assert np.abs(kept - expected).max() < 6 * np.sqrt(expected)


def test_fewer_rows_are_some_of_them_and_the_same_every_time():
    survey = Survey(batches(300))
    [(first, _)], [(again, _)] = survey.chunks(50), survey.chunks(50)
    assert (first == again).all()
    assert len(first) == 50
    [(few, _)] = survey.chunks(50, most_bytes=16 * 10)
    assert set(few) < set(first)


def test_large_rows_are_fewer():
    survey = Survey(batches(20, width=2**18))
    [(numbers, _)] = survey.chunks(1000)
    assert 50 < len(numbers) < 65


def test_it_ends_in_time_and_after_so_many_rows():
    assert Survey(batches(1000), most_rows=100).read == 128
    ticks = itertools.count()
    assert Survey(batches(1000), Deadline(5, lambda: next(ticks))).read < 32 * 10


def test_all_labels_that_were_read_are_kept():
    parts = list(Survey(batches(300)).labels(10_000))
    assert sum(len(numbers) for numbers, _ in parts) == 9600
    assert parts[0][1].x is None
    assert sum(len(numbers) for numbers, _ in Survey(batches(300)).labels(64)) == 64


@pytest.mark.parametrize("rows", [128, 512])
def test_the_sample_of_a_sorted_stream_has_all_classes(rows):
    sample = Source(Sorted()).sample(rows)
    assert np.bincount(sample.y, minlength=10).min() > 0.04 * rows
