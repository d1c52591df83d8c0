"""Without workers a process agrees with itself; that several hear of each other is in test_scopes.py."""

import numpy as np
import tensorflow as tf

from keras_stable.distribution.agreement import number_of_each_worker, wait_for_all


def test_a_process_without_workers_agrees_with_itself():
    for strategy in (tf.distribute.get_strategy(), tf.distribute.MirroredStrategy(["CPU:0"])):
        np.testing.assert_array_equal(number_of_each_worker(strategy, 7), [7])
        wait_for_all(strategy)
