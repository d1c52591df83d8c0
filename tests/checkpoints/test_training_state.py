"""The state of callbacks finds its callback again."""

import keras
import numpy as np
import pytest

from keras_stable.checkpoints.archive import Archive
from keras_stable.checkpoints.plain_values import Decoder, Encoder
from keras_stable.checkpoints.training_state import TrainingState, decoded_logs, encoded_logs, with_nested
from keras_stable.errors import CheckpointError


class Counting(keras.callbacks.Callback):
    def __init__(self, count=0, inner=()):
        super().__init__()
        self.count, self.inner = count, list(inner)


def model():
    made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    made.compile("sgd", "mse")
    made.stop_training = False
    return made


def captured(callbacks, stop=False):
    owner = model()
    owner.stop_training = stop
    state = TrainingState(owner, callbacks)
    encoder = state.encoder()
    content = state.capture(encoder)
    return Archive(None, content, {name: np.asarray(value) for name, value in encoder.arrays.items()})


def test_each_of_a_kind_gets_its_own():
    archive = captured([Counting(1), keras.callbacks.History(), Counting(2)], stop=True)
    received, owner = [Counting(), Counting(), Counting(7)], model()
    TrainingState(owner, received).restore_rest(archive)
    assert [callback.count for callback in received] == [1, 2, 7]
    assert owner.stop_training


def test_callbacks_within_others_are_found_once():
    inner = Counting()
    outer = Counting(inner=[inner, inner])
    assert with_nested([outer, inner]) == [outer, inner]


@pytest.mark.parametrize("logs", [{}, {"loss": 1.5, "matrix": np.eye(2)}])
def test_logs_come_back(logs):
    encoder = Encoder([])
    received = decoded_logs(encoded_logs(logs, encoder), Decoder(encoder.arrays, []))
    assert received.keys() == logs.keys()
    assert all(np.array_equal(received[name], logs[name]) for name in logs)
    assert encoded_logs({"x": object()}, encoder) is None
    with pytest.raises(CheckpointError):
        decoded_logs([1], Decoder({}, []))


def test_texts_of_another_kind_are_refused():
    with pytest.raises(CheckpointError):
        TrainingState(model(), []).restore_csv("text")
