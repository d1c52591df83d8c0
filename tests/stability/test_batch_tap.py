import keras
import numpy as np
import tensorflow as tf

from keras_stable.stability.batch_tap import BatchTap, RowFinder

X = np.random.default_rng(0).normal(size=(10, 2))
Y = np.arange(10) % 2


class Tapping(keras.callbacks.Callback):
    """Taps the `fit` that it is given to."""

    def __init__(self, **arguments):
        super().__init__()
        self.tap = BatchTap(**{"max_bytes": 10**6, "max_batches": 100, **arguments})

    def on_train_begin(self, logs=None):
        self.context = self.tap.tapping()
        self.context.__enter__()

    def on_train_end(self, logs=None):
        self.context.__exit__(None, None, None)


def model():
    keras.utils.set_random_seed(1)
    made = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


def test_every_batch_is_kept_in_order_with_its_rows():
    tapping, made = Tapping(), model()
    made.fit(X, Y, batch_size=4, epochs=2, class_weight={0: 1.0, 1: 2.0}, callbacks=[tapping], verbose=0)
    rows = tapping.tap.rows_of(list(range(7)))
    # The last batch of an epoch is a part of one; there is no seventh.
    assert [None if row is None else len(row) for row in rows] == [4, 4, 2, 4, 4, 2, None]
    assert sorted(np.concatenate(rows[:3])) == sorted(np.concatenate(rows[3:6])) == list(range(10))
    x, y, *_ = tapping.tap.batch(1)
    np.testing.assert_array_equal(x, X[rows[1]].astype("float32"))
    np.testing.assert_array_equal(y.reshape(-1), Y[rows[1]])
    bare = model()
    bare.fit(X, Y, batch_size=4, epochs=2, class_weight={0: 1.0, 1: 2.0}, verbose=0)
    np.testing.assert_array_equal(bare.get_weights()[0], made.get_weights()[0])


def test_of_what_is_no_array_the_rows_are_not_known():
    tapping = Tapping()
    dataset = tf.data.Dataset.from_tensor_slices(({"a": X}, Y)).batch(5).map(lambda x, y: (x["a"], y))
    model().fit(dataset, callbacks=[tapping], verbose=0)
    assert tapping.tap.rows_of([0, 1]) == [None, None]
    assert tapping.tap.structure == (0, 1)
    assert len(tapping.tap.batch(1)) == 2


def test_memory_is_kept_to_and_batches_are_counted_from_the_end():
    tap = BatchTap(max_bytes=100, max_batches=3)
    for _ in tap.tapped(tf.data.Dataset.range(64).batch(4)):
        pass
    assert [tap.batch(number) is not None for number in (11, 12, 13, 14, 15, 16)] == [
        False,
        False,
        True,
        True,
        True,
        False,
    ]
    tap.align(10)
    assert tap.batch(9)[0].tolist() == [60, 61, 62, 63]


def test_rows_that_are_nowhere_or_twice():
    finder = RowFinder((np.array([[1.0], [np.nan], [1.0]]), None, np.array(["a", "b", "a"])))
    labels = np.array(["a", "a", "b"])
    rows = finder.find([[np.array([[1.0], [1.0], [np.nan]]), labels], [np.array([[7.0]] * 3), labels]])
    assert rows == [[0, 2, 1], None]
    assert finder.find([[np.zeros((3, 1))]]) == [None]
