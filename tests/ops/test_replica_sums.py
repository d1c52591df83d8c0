"""Sums over replicas are those of one replica here; of two, also in a loop: tests/optimizers/test_distribution.py."""

import tensorflow as tf

from keras_stable.ops.replica_sums import replicas_in_step, sums_over_replicas


def test_one_replica_sums_nothing_up():
    tensors = [tf.constant([1.0, 2.0]), tf.constant(3.0)]
    assert all(map(lambda one, other: one is other, sums_over_replicas(tensors), tensors))
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        # Across replicas there is nothing to sum either.
        assert replicas_in_step() == 1
    seen = strategy.run(lambda: [tf.constant(replicas_in_step()), *sums_over_replicas([tf.constant(2.0)])])
    assert [float(value) for value in seen] == [1.0, 2.0]
