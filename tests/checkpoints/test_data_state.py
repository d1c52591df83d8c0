"""What the reading of data depends on comes back, and whether reading drew host numbers is known."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.checkpoints.data_state import DataState
from keras_stable.checkpoints.plain_values import Decoder, Encoder
from keras_stable.errors import CheckpointError

ROWS = np.arange(8.0, dtype="float32")[:, None]


class Batches(keras.utils.PyDataset):
    def __init__(self):
        super().__init__()
        self.order = np.arange(8)

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return ROWS[self.order], ROWS


def test_it_comes_back(iterator_of):
    data = Batches()
    state, encoder = DataState(iterator_of(data)), Encoder([])
    content = state.capture(encoder)
    expected, data.order = np.random.random(), data.order[::-1].copy()
    state.restore(content, Decoder(encoder.arrays, []))
    assert state.host_was_left_alone
    assert (np.random.random(), data.order.tolist()) == (expected, list(range(8)))
    assert not state.host_was_left_alone


def test_variables_of_a_pipeline_come_back(iterator_of):
    count = tf.Variable(0.0)
    dataset = tf.data.Dataset.from_tensor_slices((ROWS, ROWS)).map(lambda x, y: (x + count.assign_add(1.0), y)).batch(8)
    state, encoder = DataState(iterator_of(dataset)), Encoder([])
    content = state.capture(encoder)
    before = float(count)
    count.assign(99.0)
    state.restore(content, Decoder({name: np.asarray(value) for name, value in encoder.arrays.items()}, []))
    assert float(count) == before


@pytest.mark.parametrize("content", [None, {}, {"variables": ["x"]}, {"variables": [], "host": 3}])
def test_another_content_is_refused(content, iterator_of):
    with pytest.raises(CheckpointError):
        DataState(iterator_of(Batches())).restore(content, Decoder({}, []))
