import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.program.holdings import held_rows, is_whole

X = np.arange(60, dtype=np.float32).reshape(20, 3)
SPECIFICATION = tf.TensorSpec((None, 3))


class Batches:
    num_batches = 5

    def __init__(self):
        self.x_val, self.parts = np.zeros((9, 3)), {"x": X}


def test_an_object_holds_its_arrays():
    assert held_rows(Batches(), X[:4]) == 20
    assert held_rows(Batches(), X[:4] + 1000) == 0
    assert held_rows(Batches(), None) == 0


def test_a_function_that_makes_a_generator():
    rows = X.copy()

    def batches():
        yield rows[:4]

    made = tf.data.Dataset.from_generator(batches, output_signature=SPECIFICATION).prefetch(1)
    assert held_rows(made, X[:4]) == 20
    started = batches()
    assert held_rows(started, next(started)) == 20


def test_datasets_that_bring_all_their_rows():
    slices = tf.data.Dataset.from_tensor_slices(X)
    assert is_whole(slices.shuffle(9).batch(4).repeat().prefetch(1))
    assert is_whole(tf.data.Dataset.zip((slices, slices.map(lambda row: row + 1))).batch(2))
    assert is_whole(slices.take(20).batch(4))
    assert not is_whole(slices.batch(4).take(1).repeat())
    assert not is_whole(slices.skip(3))
    assert not is_whole(tf.data.Dataset.from_generator(lambda: iter([X]), output_signature=SPECIFICATION))
    assert not is_whole(X)
