import keras
import numpy as np
import tensorflow as tf

from keras_stable.data import Data, Split
from keras_stable.runs.confusion import confusion_matrix, write_confusion

X = np.eye(3, dtype="float32")[[0, 1, 2, 2, 1]]
Y = np.array([0, 1, 2, 0, 1])


def data(split):
    return Data(Split(X, Y), split, (3,), 3, None, np.array([2, 2, 1]))


def test_arrays_and_batches_are_counted_alike():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Activation("linear")])
    expected = [[1, 0, 1], [0, 2, 0], [0, 0, 1]]
    assert confusion_matrix(model, data(Split(X, Y))).tolist() == expected
    batches = tf.data.Dataset.from_tensor_slices((X, Y)).batch(2)
    assert confusion_matrix(model, data(Split(batches))).tolist() == expected


def test_names_are_written_and_are_no_formulas(tmp_path):
    write_confusion(tmp_path, np.array([[1, 0], [2, 3]]), ("=cmd()", "b, c"))
    assert (tmp_path / "confusion.csv").read_text().splitlines() == [
        'true \\ predicted,\'=cmd(),"b, c"',
        "'=cmd(),1,0",
        '"b, c",2,3',
    ]
    write_confusion(tmp_path, np.array([[4]]), None)
    assert (tmp_path / "confusion.csv").read_text().splitlines()[1] == "0,4"
