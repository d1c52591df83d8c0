"""Batches of datasets: the contract of `fit`, and messages where it is broken."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.data_facts import inputs
from keras_stable.diagnosis.evidence.data.row_access import array_rows
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.data.stream_kinds import is_dataset, is_pydataset
from keras_stable.diagnosis.evidence.data.streams import Stream
from keras_stable.errors import DataError

X = np.arange(20, dtype=np.float32).reshape(10, 2)
Y = np.arange(10) % 2


class Batches(keras.utils.PyDataset):
    """Batches of four; `length` may be wrong."""

    def __init__(self, length=3):
        super().__init__()
        self.length = length
        self.epochs = 0

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        if index > 2:
            raise IndexError("no batch 3")
        return [X[index * 4 : index * 4 + 4], Y[index * 4 : index * 4 + 4].tolist()]

    def on_epoch_end(self):
        self.epochs += 1


def dataset(*parts):
    return tf.data.Dataset.from_tensor_slices(parts)


def read(batches, **arguments):
    return list(Stream(batches, "x", shuffle=True, **arguments).read(0))


def test_kinds_are_told_apart():
    assert is_dataset(dataset(X, Y).batch(2))
    assert is_pydataset(Batches())
    assert not is_dataset(X)
    assert not is_pydataset(X)
    assert not is_pydataset(dataset(X, Y))


def test_a_dataset_is_read_as_numpy_in_its_order():
    first, *_, last = read(dataset({"a": X, "b": Y}, Y, X[:, 0]).batch(4))
    assert (first.x["a"] == X[:4]).all()
    assert last.rows == 2
    assert last.sample_weight.tolist() == X[8:, 0].tolist()


def test_a_pydataset_comes_in_random_order_of_batches_and_is_not_changed():
    batches = Batches()
    stream = Stream(batches, "x", shuffle=True)
    orders = {tuple(int(batch.x[0, 0]) for batch in stream.read(seed)) for seed in range(20)}
    assert len(orders) > 1
    assert all(sorted(order) == [0, 8, 16] for order in orders)
    assert [batch.x[0, 0] for batch in stream.read()] == [0, 8, 16]
    assert batches.epochs == 0


def test_an_endless_dataset_is_read_as_far_as_anyone_asks():
    stream = Stream(dataset(X, Y).repeat().batch(4), "x", shuffle=False)
    assert stream.length is None
    chunks = list(stream.chunks(15))
    assert [len(numbers) for numbers, _ in chunks] == [4, 4, 4, 3]
    assert chunks[-1][0].tolist() == [12, 13, 14]
    assert len(list(stream.chunks(100, most_bytes=100))) == 2
    assert len(read(dataset(X, Y).repeat().batch(4), steps=7)) == 7


def test_ragged_and_sparse_batches_become_dense():
    [batch] = read(dataset(tf.ragged.constant([[1, 2], [3]]), [0, 1]).batch(2))
    assert batch.x.tolist() == [[1, 2], [3, 0]]
    [batch] = read(dataset(tf.sparse.from_dense(np.eye(2)), [0, 1]).batch(2))
    assert batch.x.tolist() == [[1, 0], [0, 1]]


def test_ragged_sparse_and_dense_tensors_as_arrays():
    ragged = array_rows(tf.ragged.constant([[1, 2], [3], [4, 5, 6]]), "x")
    assert ragged[np.array([0, 1])].tolist() == [[1, 2], [3, 0]]
    assert ragged.shape == (3, None)
    sparse = array_rows(tf.sparse.from_dense(np.eye(3, dtype=np.float32)), "x")
    assert sparse[1:2].tolist() == [[0, 1, 0]]
    assert array_rows(tf.constant(X, tf.bfloat16), "x")[:1].tolist() == [[0, 1]]
    with pytest.raises(DataError, match=r"a sparse table \[samples, features\]. Received: shape \[2, 2, 2\]"):
        array_rows(tf.sparse.from_dense(np.ones((2, 2, 2))), "x")


def test_the_length_of_a_sequence_may_vary_between_batches():
    source = Source(dataset(tf.ragged.constant([[1, 2], [3], [4, 5, 9]]), [0, 1, 1]).batch(2))
    assert source.sample().x.tolist() == [[1, 2, 0], [3, 0, 0], [4, 5, 9]]
    [found] = inputs(source)
    assert (found.shape, found.features, found.constant_features, found.maximum) == ((None,), 0, 0, 9)


def test_bfloat16_batches_are_measured_in_float64():
    [found] = inputs(Source(dataset(tf.cast(X, tf.bfloat16), Y).batch(4)))
    assert found.dtype == "bfloat16"
    assert found.std == pytest.approx(X.astype(np.float64).std())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: dataset(X, Y), r"batches, with the rows first; `.batch\(32\)` .* Received: labels of shape \[\]"),
        (lambda: tf.data.Dataset.from_tensor_slices(X).batch(2), r"must be batches of \(inputs, labels\) or"),
        (lambda: dataset(X, X, X, Y).batch(2), "Received: a tuple of 4"),
        (lambda: dataset((X, Y), ()).batch(2), r"batches of \(inputs, labels\). Received: batch 0 without labels"),
        (lambda: dataset(X, Y.astype(str)).batch(2), "`labels of x` must be numbers; .* Received: dtype object"),
        (lambda: dataset(X, Y).batch(2).take(0), "a source of batches, every time that it is read. Received: no batch"),
        (
            lambda: dataset(X, Y).batch(4).map(lambda x, y: (x, y[:2])),
            "a label and weight for each. Received: batch 0 with 4 inputs and 2 labels",
        ),
        (
            lambda: dataset(X, Y).batch(4).map(lambda x, y: (tf.debugging.check_numerics(x / 0.0, "broken"), y)),
            "`x` must be batches that can be read. Received: InvalidArgumentError: broken : Tensor had",
        ),
        (lambda: Batches(5), "batches that can be read. Received: IndexError: no batch 3"),
        (lambda: Batches(None), "a PyDataset that has `__len__`. Received: TypeError"),
        (lambda: Batches(0), "Received: no batch"),
    ],
)
def test_what_no_batches_can_be_had_from(make, message):
    with pytest.raises(DataError, match=message):
        read(make())


def test_data_that_ends_early():
    with pytest.raises(
        DataError, match="data for 9 batches, as `steps_per_epoch` says. Received: data that ends after 3"
    ):
        read(dataset(X, Y).batch(4), steps=9)


def test_a_dataset_that_can_be_read_only_once():
    items = iter([(X, Y)])
    specification = (tf.TensorSpec((None, 2)), tf.TensorSpec((None,), tf.int64))
    stream = Stream(tf.data.Dataset.from_generator(lambda: items, output_signature=specification), "x", False)
    assert len(list(stream.read())) == 1
    with pytest.raises(DataError, match="every time that it is read. Received: no batch"):
        list(stream.read())


def test_the_sample_of_a_shuffled_dataset_stays():
    source = Source(dataset(X, Y).shuffle(10).batch(4))
    first = source.sample(6)
    assert first.rows == 6
    assert (source.sample(6).x == first.x).all()
    assert {tuple(row) for row in source.sample(3).x} < {tuple(row) for row in first.x}
    assert source.sample(600).rows == 10
