"""A batch of rows."""

import numpy as np

from keras_stable.diagnosis.evidence.data.batch import Batch, joined, stacked


def test_rows_are_taken_from_every_part():
    batch = Batch({"a": np.arange(4), "b": [np.eye(4)]}, np.arange(4) * 10, np.arange(4) / 10)
    taken = batch.take([2, 0])
    assert batch.rows == 4
    assert taken.rows == 2
    assert taken.x["a"].tolist() == [2, 0]
    assert taken.x["b"][0].argmax(axis=1).tolist() == [2, 0]
    assert taken.sample_weight.tolist() == [0.2, 0.0]
    assert batch.take(slice(1)).y.tolist() == [0]
    assert batch.take(np.array([True, False, False, True])).y.tolist() == [0, 30]


def test_batches_are_joined():
    parts = [Batch([np.full((n, 2), n)], np.full(n, n)) for n in (1, 2)]
    both = joined(parts)
    assert both.x[0].tolist() == [[1, 1], [2, 2], [2, 2]]
    assert both.y.tolist() == [1, 2, 2]
    assert both.sample_weight is None


def test_shorter_sequences_are_filled_up():
    text = stacked([np.array([["a"]], dtype=object), np.array([["b", "c"]], dtype=object)])
    assert text.tolist() == [["a", ""], ["b", "c"]]
    assert stacked([np.ones((1, 1, 3)), np.ones((2, 2, 1))]).shape == (3, 2, 3)
