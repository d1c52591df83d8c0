"""What a layer makes of the steps of a sequence."""

import numpy as np
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.tracing.passes import Call
from keras_stable.diagnosis.evidence.tracing.time_pooling import pooled_steps

STEPS = tf.constant(np.random.default_rng(0).normal(size=(4, 6, 3)), tf.float32)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (tf.reduce_mean(STEPS, 1), "average"),
        (tf.reduce_sum(STEPS, 1), "average"),
        (tf.reduce_max(STEPS, 1), "maximum"),
        (tf.reduce_mean(STEPS[:, :4], 1), ""),
        (STEPS[:, -1], ""),
        (tf.reduce_mean(STEPS, 2), ""),
        (STEPS, ""),
    ],
)
def test_it_is_told_by_the_numbers(given, expected):
    assert pooled_steps(Call("p", "Lambda", "pooling", "", (), (STEPS,), (given,))) == expected


def test_two_inputs_are_no_pooling():
    assert pooled_steps(Call("p", "Add", "merge", "", (), (STEPS, STEPS), (tf.reduce_mean(STEPS, 1),))) == ""
