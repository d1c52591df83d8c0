"""Streams of every kind over two epochs."""

import numpy as np
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.program.pipelines import pipeline

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 4)).astype("float32")
Y = np.arange(120) // 12


class Batches:
    num_batches = 6

    def __init__(self, shuffled=("x", "y"), divided=False):
        self.x, self.y, self.shuffled, self.divided = X.copy(), Y.copy(), shuffled, divided

    def __getitem__(self, index):
        rows = slice(index * 20, index * 20 + 20)
        if self.divided:
            self.x[rows] /= 255
        return self.x[rows].copy(), self.y[rows]

    def on_epoch_end(self):
        order = np.random.default_rng(7).permutation(120)
        for name in self.shuffled:
            setattr(self, name, getattr(self, name)[order])


def test_arrays_have_an_order_only_where_fit_does_not_shuffle():
    assert pipeline(Source(X, Y)).orders == ()
    [order] = pipeline(Source(X, Y, batch_size=12, shuffle=False)).orders
    assert order.concentration == 1.0


def test_a_later_epoch_of_a_pydataset_comes_after_its_end_of_epoch():
    batches = Batches()
    seen = pipeline(Source(batches))
    assert (seen.met_again, seen.relabelled) == (120, 0.0)
    assert (batches.x == X).all()
    assert pipeline(Source(Batches(shuffled=("x",)))).relabelled > 0.5
    mine = Batches(divided=True)
    divided = pipeline(Source(mine))
    assert (mine.x == X).all()
    assert divided.later.std[0] < 0.01 * divided.first.std[0]


def test_a_dataset_that_can_be_read_only_once():
    items = iter([(X, Y)] * 3)
    specification = (tf.TensorSpec((None, 4)), tf.TensorSpec((None,), tf.int64))
    seen = pipeline(Source(tf.data.Dataset.from_generator(lambda: items, output_signature=specification)))
    assert (seen.first.batches, seen.later.batches) == (3, 0)


def test_a_generator_goes_on_where_its_first_epoch_ended_and_no_further():
    taken = []

    def batches():
        for index in range(100):
            taken.append(index)
            yield X[index % 6 * 20 :][:20], Y[index % 6 * 20 :][:20]

    source = Source(batches(), steps_per_epoch=6)
    seen = pipeline(source)
    assert len(taken) == source.taken == 12
    assert (seen.kind, seen.met_again, seen.relabelled) == ("generator", 120, 0.0)
    assert (seen.repetition.rows, seen.repetition.distinct, seen.repetition.held) == (240, 120, 120)


def test_with_steps_an_epoch_of_a_dataset_goes_on_and_starts_again_at_its_end():
    dataset = tf.data.Dataset.from_tensor_slices((X, Y)).batch(20)
    seen = pipeline(Source(dataset, steps_per_epoch=4))
    assert (seen.first.rows, seen.later.rows) == (80, 80)
    assert (seen.repetition.distinct, seen.repetition.whole) == (120, True)


@pytest.mark.parametrize("shuffle", [True, False])
def test_shuffling_each_of_two_datasets(shuffle):
    parts = [tf.data.Dataset.from_tensor_slices(part) for part in (X, Y)]
    if shuffle:
        parts = [part.shuffle(120) for part in parts]
    seen = pipeline(Source(tf.data.Dataset.zip(tuple(parts)).batch(20)))
    assert seen.met_again == 120
    assert (seen.relabelled > 0.5) is shuffle


def test_batches_without_labels():
    seen = pipeline(Source(tf.data.Dataset.from_tensor_slices(X).batch(20), labelled=False))
    assert (seen.orders, seen.first.rows) == ((), 120)
    assert not seen.relabelled > 0


def test_the_last_planned_epoch_of_a_pydataset():
    class Turning(Batches):
        epoch = 0

        def on_epoch_end(self):
            self.epoch += 1
            if self.epoch == 6:
                self.y = self.y[::-1].copy()

    assert pipeline(Source(Turning(), epochs=4)).relabelled == 0.0
    seen = pipeline(Source(Turning(), epochs=8))
    assert seen.relabelled > 0.5
    assert (seen.late.rows, seen.late.complete) == (120, True)
    assert pipeline(Source(Turning(), epochs=2)).late is None
