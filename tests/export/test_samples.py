import keras
import numpy as np
import tensorflow as tf

from keras_stable.export.samples import first_labels, first_samples

X = np.arange(10.0).reshape(5, 2)
Y = np.array([0, 1, 2, 3, 4])


def test_arrays_lists_and_nested_ones_are_cut():
    assert first_samples(X, 2).tolist() == X[:2].tolist()
    assert first_samples([[1, 2], [3, 4], [5, 6]], 2).tolist() == [[1, 2], [3, 4]]
    nested = first_samples({"a": X, "b": [X, (Y, tf.constant(Y))]}, 1)
    assert nested["b"][1][1].tolist() == [0]
    assert isinstance(nested["b"][1], tuple)


def test_batches_are_joined():
    batches = tf.data.Dataset.from_tensor_slices(({"a": X}, Y)).batch(2)
    assert first_samples(batches, 3)["a"].tolist() == X[:3].tolist()
    assert first_labels(batches, None, 3).tolist() == [0, 1, 2]
    assert first_labels(batches.map(lambda x, y: x), None, 3) is None


def test_a_py_dataset_ends():
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return X[index : index + 1], Y[index : index + 1]

    assert first_samples(Batches(), 9).shape == (2, 2)
    assert first_labels(Batches(), None, 9).tolist() == [0, 1]


def test_labels_of_arrays():
    assert first_labels(X, Y, 2).tolist() == [0, 1]
    assert first_labels(X, None, 2) is None
