"""The random numbers outside of layers go on where they were."""

import random

import numpy as np
import pytest
import tensorflow as tf

from keras_stable.checkpoints.plain_values import Decoder, Encoder
from keras_stable.checkpoints.random_states import (
    capture_host_states,
    capture_tensorflow_states,
    host_states,
    restore_host_states,
    restore_tensorflow_states,
)
from keras_stable.errors import CheckpointError


def draw():
    eager = float(tf.random.uniform(()))
    return random.random(), float(np.random.random()), eager, float(tf.random.get_global_generator().uniform(()))


def test_they_come_back():
    tf.random.set_seed(1)
    draw()
    encoder = Encoder([])
    host, tensorflow = capture_host_states(host_states(), encoder), capture_tensorflow_states(encoder)
    expected = draw()
    decoder = Decoder({name: np.asarray(value) for name, value in encoder.arrays.items()}, [])
    restore_host_states(host, decoder)
    restore_tensorflow_states(tensorflow, decoder)
    assert draw() == expected


@pytest.mark.parametrize("content", [None, [1, 2], [[], []]])
def test_another_content_is_refused(content):
    with pytest.raises(CheckpointError):
        restore_host_states(content, Decoder({}, []))
