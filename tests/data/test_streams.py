import tracemalloc

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.data.streams import Stream, from_streams

X = np.arange(24.0).reshape(12, 2)
Y = np.arange(12) % 3


def stream(x=X, y=Y, batch=5, name="x"):
    return Stream(tf.data.Dataset.from_tensor_slices((x, y)).batch(batch), name, f"labels of {name}")


class Batches(keras.utils.PyDataset):
    """Arrays in batches."""

    def __init__(self, x=X, y=Y, batch=5):
        super().__init__()
        self.x, self.y, self.batch = x, y, batch

    def __len__(self):
        return -(-len(self.x) // self.batch)

    def __getitem__(self, index):
        part = slice(index * self.batch, (index + 1) * self.batch)
        return self.x[part], self.y[part]


def gathered(split):
    batches = split.x if isinstance(split.x, tf.data.Dataset) else [split.x[i] for i in range(split.x.num_batches)]
    parts = [(np.asarray(x), np.asarray(y)) for x, y in batches]
    return np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])


@pytest.mark.parametrize("kind", ["dataset", "pydataset"])
@pytest.mark.parametrize("y", [Y, Y.astype(np.float32), Y[:, None], np.eye(3, dtype=np.float32)[Y]])
def test_batches_come_out_scaled_with_class_ids(kind, y):
    source = stream(y=y) if kind == "dataset" else Stream(Batches(y=y), "x", "y")
    data = from_streams(source, source, input_scale=100.0)
    assert not data.train.is_arrays
    assert (data.input_shape, data.num_classes, data.class_counts.tolist()) == ((2,), 3, [4, 4, 4])
    assert len(data.train.x) == 3
    x, labels = gathered(data.train)
    np.testing.assert_array_equal(x, (X * 100).astype(np.float32))
    assert (x.dtype, labels.dtype) == (np.float32, np.int64)
    assert labels.tolist() == Y.tolist()


def test_uint8_stays_where_nothing_scales_it():
    x = X.astype(np.uint8)
    assert gathered(from_streams(stream(x), stream(x), input_scale=1.0).train)[0].dtype == np.uint8
    assert gathered(from_streams(stream(x), stream(x), input_scale=2.0).train)[0].dtype == np.float32


def test_an_unknown_shape_becomes_known():
    batches = tf.data.Dataset.from_generator(
        lambda: iter([(X[:6], Y[:6]), (X[6:], Y[6:])]),
        output_signature=(tf.TensorSpec([None, None]), tf.TensorSpec([None], tf.int64)),
    )
    data = from_streams(Stream(batches, "x", "y"), stream(), input_scale=1.0)
    assert data.train.x.element_spec[0].shape.as_list() == [None, 2]
    assert gathered(data.train)[1].tolist() == Y.tolist()


def bad(array, row, value):
    array = array.copy()
    array[row] = value
    return array


@pytest.mark.parametrize(
    ("train", "validation", "words"),
    [
        ((bad(X, [7, 9], np.nan), Y), (X, Y), "`x` must be finite. Received: NaN or infinity in 2 of 12 rows, the fir"),
        ((X, Y), (bad(X, 11, np.inf), Y), "`x_val` must be finite. Received: NaN or infinity in 1 of 12 rows, the fir"),
        (
            (X, Y - 1),
            (X, Y),
            "`labels of x` must be class ids >= 0 and < 2147483648. Received: other values in 4 of 12",
        ),
        ((X, Y * 0), (X, Y), "`labels of x` must be of at least two classes. Received: class 0 in all 12 rows"),
        ((X, Y), (X, Y + 1), "`labels of x_val` must be class ids from 0 to 2, the classes of training. Received"),
        ((X, Y), (X[:, :1], Y), "`x_val` must be inputs of the shape of the training inputs, [2]. Received: shape [1]"),
        ((X[:0], Y[:0]), (X, Y), "`x` must be a set with samples. Received: an empty set"),
        ((X.astype(str), Y), (X, Y), "`x` must be an array of real numbers. Received: dtype object"),
    ],
)
def test_every_mistake_has_its_line(train, validation, words, refused):
    line = refused(from_streams, stream(*train), stream(*validation, name="x_val"), input_scale=1.0)
    assert line.startswith(words)


def test_inputs_too_large_for_float32_are_refused(refused):
    line = refused(from_streams, stream(), stream(), input_scale=1e38)
    assert line.startswith("`x` must be inputs that float32 holds after `data.input_scale`=1e+38. Received: larger")


def test_an_exception_of_the_users_code_is_named(refused):
    class Failing(Batches):
        def __getitem__(self, index):
            raise OSError("disk gone\nmore")

    line = refused(from_streams, Stream(Failing(), "x", "y"), stream(), input_scale=1.0)
    assert line == "`x` must be batches that can be read. Received: OSError: disk gone"

    class Triples(Batches):
        def __getitem__(self, index):
            return 1, 2, 3

    line = refused(from_streams, Stream(Triples(), "x", "y"), stream(), input_scale=1.0)
    assert line == "`x` must be batches of (inputs, labels). Received: a tuple of 3"


def test_a_dataset_that_can_be_read_once_only_is_refused(refused):
    parts = iter([(X, Y)])
    once = tf.data.Dataset.from_generator(
        lambda: parts, output_signature=(tf.TensorSpec([None, 2]), tf.TensorSpec([None], tf.int64))
    )
    line = refused(from_streams, Stream(once, "x", "y"), stream(), input_scale=1.0)
    assert line == "`x` must be there in every epoch. Received: a dataset that is empty when it is read again"


def test_the_pass_holds_few_batches_at_a_time():
    def batch(index):
        return tf.zeros([100, 2500], tf.float64), tf.range(100) % 2

    batches = Stream(tf.data.Dataset.range(50).map(batch), "x", "y")
    tracemalloc.start()
    found = batches.scan(1.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.samples == 5000
    assert peak < 10e6
