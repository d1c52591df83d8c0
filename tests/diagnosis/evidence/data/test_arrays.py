"""Arrays, read a few rows at a time."""

import numpy as np
import pytest

from keras_stable.diagnosis.evidence.data.arrays import Arrays, is_array_like
from keras_stable.errors import DataError, InvalidArgumentError


def arrays(n=10, shuffle=True, steps=None, batch_size=4):
    return Arrays(np.arange(n)[:, None], np.arange(n), None, "x", batch_size, shuffle, steps)


def order(batches):
    return np.concatenate([batch.y for batch in batches]).tolist()


def test_an_epoch_has_every_row_once_in_the_order_of_the_seed():
    reader = arrays()
    first, again, other = (order(reader.read(seed)) for seed in (1, 1, 2))
    assert sorted(first) == list(range(10))
    assert first == again != other
    assert order(reader.read()) == order(arrays(shuffle=False).read(1)) == list(range(10))
    assert all((batch.x[:, 0] == batch.y).all() for batch in reader.read(1))
    assert reader.length == 3


def test_steps_end_an_epoch_early_or_ask_for_too_much():
    assert order(arrays(shuffle=False, steps=2).read(0)) == list(range(8))
    with pytest.raises(DataError, match="`x` must be data for 4 batches, .* Received: data that ends after 3"):
        order(arrays(steps=4).read(0))


def test_chunks_are_spread_sorted_and_the_same_every_time():
    reader = arrays(1000)
    (numbers, batch), *rest = reader.chunks(50, seed=3)
    assert not rest
    assert len(numbers) == 50
    assert (np.diff(numbers) > 0).all()
    assert numbers[0] < 200 < 800 < numbers[-1]
    assert (batch.y == numbers).all()
    assert (next(reader.chunks(50, seed=3))[0] == numbers).all()
    assert next(reader.chunks(5000))[0].tolist() == list(range(1000))


def test_chunks_without_inputs_and_within_a_size():
    numbers, batch = next(arrays(1000).chunks(500, inputs=False))
    assert batch.x is None
    assert len(numbers) == 500
    assert len(next(arrays(1000).chunks(500, most_bytes=160))[0]) == 10


def test_large_rows_come_in_several_chunks():
    reader = Arrays(np.zeros((3, 2**21)), [0, 1, 2], None, "x", 2, False)
    assert [numbers.tolist() for numbers, _ in reader.chunks(3)] == [[0], [1], [2]]


@pytest.mark.parametrize("share", [0.1, 0.25, 0.33])
def test_the_split_is_that_of_fit(share):
    reader = arrays(10)
    validation = reader.split(share)
    kept = int(np.floor(10 * (1 - share)))
    assert sorted(order(reader.read(0))) == list(range(kept))
    assert order(validation.read(0)) == list(range(kept, 10))
    assert (reader.samples, validation.samples) == (kept, 10 - kept)


def test_a_split_leaves_rows_on_both_sides():
    with pytest.raises(InvalidArgumentError, match="`validation_split` must be a share that leaves some of 1 rows"):
        arrays(1).split(0.5)


@pytest.mark.parametrize(
    ("x", "y", "weight", "message"),
    [
        (np.zeros((5, 1)), np.zeros(4), None, "same length .* Received: 5 rows of `x`, 4 rows of `y`"),
        ([np.zeros(5), np.zeros(4)], np.zeros(5), None, "Received: 5/4 rows of `x`, 5 rows of `y`"),
        (np.zeros(5), np.zeros(5), np.zeros(4), "4 rows of `sample_weight`"),
        (np.zeros((0, 3)), np.zeros(0), None, "`x` must be data with at least one row. Received: no row"),
        ([], [], None, "`x` must be data with at least one row"),
        (np.zeros((5, 1)), None, None, "`y` must be given, since `x` is no dataset"),
        (np.zeros((2, 1)), ["cat", "dog"], None, "`y` must be numbers; .* Received: dtype <U3, the first is 'cat'"),
        (np.zeros((2, 1)), np.array(["cat", "dog"], object), None, "`y` must be numbers; .* the first is 'cat'"),
    ],
)
def test_what_cannot_be_trained_on(x, y, weight, message):
    with pytest.raises(DataError, match=message):
        Arrays(x, y, weight, "x", 32, True)


def test_what_can_be_read_only_once_is_no_array():
    assert is_array_like([1, 2])
    assert not any(map(is_array_like, (None, (i for i in [1]), iter([1]), len, "text")))
