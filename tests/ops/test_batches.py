import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.ops.batches import first_inputs, input_batches

X = np.arange(20.0).reshape(10, 2)


class Sequence(keras.utils.PyDataset):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return X[index * 4 : index * 4 + 4], np.zeros(4)


@pytest.mark.parametrize(
    "data",
    [X, tf.constant(X), tf.data.Dataset.from_tensor_slices((X, X[:, 0])).batch(4), Sequence(), [X[:3], X[3:]]],
    ids=["array", "tensor", "dataset of pairs", "PyDataset", "list"],
)
def test_every_kind_gives_all_inputs_in_order(data):
    np.testing.assert_array_equal(np.concatenate(list(input_batches(data, rows=4))), X)
    for count in (1, 5, 10, 99):
        np.testing.assert_array_equal(first_inputs(data, count), X[:count])


def test_no_more_is_read_than_needed():
    read = []

    def batches():
        for index in range(5):
            read.append(index)
            yield X

    first_inputs(batches(), 12)
    assert read == [0, 1]


def test_arrays_are_cut_into_1024_rows_unless_told_otherwise():
    assert [len(batch) for batch in input_batches(np.zeros((2049, 1)))] == [1024, 1024, 1]
    assert [len(batch) for batch in input_batches(np.zeros((4, 1)), rows=2)] == [2, 2]
    assert list(input_batches(np.zeros((0, 2)))) == []


def test_a_dictionary_is_cut_as_its_arrays_are():
    data = {"pairs": X, "firsts": tf.constant(X[:, 0])}
    batches = list(input_batches(data, rows=4))
    assert [len(batch["firsts"]) for batch in batches] == [4, 4, 2]
    assert all(type(array) is np.ndarray for batch in batches for array in batch.values())
    for source in (data, tf.data.Dataset.from_tensor_slices((data, X)).batch(4)):
        for name, array in first_inputs(source, 9).items():
            np.testing.assert_array_equal(array, data[name][:9])


def test_of_a_batch_the_inputs_are_taken_alone():
    for batch in ((X, X[:, 0]), [X, X[:, 0]], X):
        [inputs] = input_batches([batch])
        np.testing.assert_array_equal(inputs, X)


def test_batches_are_arrays_of_numpy():
    assert all(type(batch) is np.ndarray for batch in input_batches([tf.constant(X), (tf.constant(X), 1)]))
    assert all(type(batch) is np.ndarray for batch in input_batches(tf.constant(X), rows=3))


def test_a_batch_is_cut_where_enough_is_taken():
    assert [len(first_inputs(iter([X[:3], X[3:8]]), count)) for count in (2, 3, 4, 8, 9)] == [2, 3, 4, 8, 8]
