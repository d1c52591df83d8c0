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
