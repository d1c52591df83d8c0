import itertools

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.program.deliveries import reading
from keras_stable.errors import DataError


def batch(*rows, y=0.0):
    return Batch(np.array(rows, np.float32), np.full(len(rows), y))


def test_an_epoch_that_is_read_to_its_end():
    seen = reading(iter([batch([1, 2], [3, 4]), batch([5, 6])]), Deadline())
    delivery = seen.delivery()
    assert (delivery.batches, delivery.rows, delivery.complete, delivery.blank) == (2, 3, True, 0)
    assert delivery.mean == (3.5,)
    assert delivery.std == (pytest.approx(np.arange(1, 7).std()),)
    assert [len(part) for part in seen.by_batch()] == [2, 1]


def test_batches_that_turn_blank():
    full, blank, nan = batch([1, 2], [3, 4]), batch([0, 0], [0, 0]), batch([np.nan] * 2, [np.nan] * 2)
    delivery = reading([full, full, blank, nan], Deadline()).delivery()
    assert (delivery.blank, delivery.blank_from) == (2, 2)
    assert delivery.mean == (pytest.approx(20 / 12),)  # NaN is left out


def test_the_reading_ends_in_time_and_memory():
    endless = itertools.repeat(batch([1, 2]))
    assert not reading(endless, Deadline(), 7).complete
    assert len(reading(endless, Deadline(), 7).sizes) == 7
    ticks = itertools.count()
    assert len(reading(endless, Deadline(10, lambda: next(ticks))).sizes) < 10
    assert len(reading(endless, Deadline(0, lambda: 1)).sizes) == 1


def test_an_error_at_the_first_batch_is_raised_and_a_later_one_ends_it():
    def broken(count):
        for _ in range(count):
            yield batch([1, 2])
        raise DataError("unreadable")

    assert len(reading(broken(2), Deadline()).sizes) == 2
    with pytest.raises(DataError):
        reading(broken(0), Deadline())


def test_labels_of_many_values_are_kept_as_a_few_that_are_as_far_apart():
    rng = np.random.default_rng(0)
    masks = rng.random((40, 30, 30))
    seen = reading([Batch(np.zeros((40, 2)), masks)], Deadline())
    assert seen.codes[0].shape == (40, 8)
    real = np.square(masks[:20] - masks[20:]).sum(axis=(1, 2)).mean()
    assert np.square(seen.codes[0][:20] - seen.codes[0][20:]).sum(axis=1).mean() == pytest.approx(real, rel=0.3)


def test_text_and_batches_without_labels():
    seen = reading([Batch(np.array([["a"], ["b"]], object), None)], Deadline())
    assert seen.delivery().mean == (0.0,)
    assert seen.head is None
    assert seen.codes[0].shape == (2, 0)
