import numpy as np
import pytest
import tensorflow as tf

from keras_stable.errors import InvalidArgumentError
from keras_stable.repairs.arrays import rows_of

X, Y = np.arange(10.0).reshape(5, 2), np.arange(5)


def test_arrays_are_the_rows():
    batch = rows_of([X, X], {"a": Y}, np.ones(5))
    assert batch.rows == 5
    assert batch.take([4]).y["a"].tolist() == [4]


def test_a_stream_is_read_in_its_order():
    batch = rows_of(tf.data.Dataset.from_tensor_slices((X, Y)).batch(2), None)
    np.testing.assert_array_equal(batch.x, X)
    np.testing.assert_array_equal(batch.y, Y)


def test_a_stream_without_an_end_is_read_for_one_epoch():
    batch = rows_of(tf.data.Dataset.from_tensor_slices((X, Y)).batch(2).repeat(), None, steps=4)
    assert batch.y.tolist() == [0, 1, 2, 3, 4, 0, 1]


@pytest.mark.parametrize("x", [np.ones((0, 2)), []], ids=["empty", "nothing"])
def test_no_rows_are_refused(x):
    with pytest.raises(InvalidArgumentError, match="`x` must be data with at least one row"):
        rows_of(x, None)
