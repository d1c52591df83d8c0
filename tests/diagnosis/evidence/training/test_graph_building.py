"""Graphs as they are."""

import contextlib

import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.training.graph_building import light_graphs

OPTION = "disable_meta_optimizer"


@pytest.mark.parametrize("before", [False, True])
def test_the_setting_is_put_back_after_an_error_too(before):
    tf.config.optimizer.set_experimental_options({OPTION: before})
    try:
        with contextlib.suppress(ValueError), light_graphs():
            assert tf.config.optimizer.get_experimental_options()[OPTION] is True
            raise ValueError("inside")
        assert tf.config.optimizer.get_experimental_options()[OPTION] is before
    finally:
        tf.config.optimizer.set_experimental_options({OPTION: False})


def test_a_function_gives_the_same_numbers():
    def steps(x):
        return tf.reduce_sum(tf.nn.relu(x * 2.0 - 1.0) ** 2)

    x = tf.constant([0.2, 0.9, 3.0])
    with light_graphs():
        light = float(tf.function(steps)(x))
    assert light == pytest.approx(float(steps(x)))
