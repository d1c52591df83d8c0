"""The plain attributes of an object are its state; data, places in the file system and the rest are not."""

import keras
import numpy as np
import pytest

from keras_stable.checkpoints.object_states import ObjectState
from keras_stable.checkpoints.plain_values import Decoder, Encoder
from keras_stable.errors import CheckpointError


class Inner:
    def __init__(self):
        self.count = 0


class Owner:
    def __init__(self, data):
        self.data, self.order = data, np.arange(2**18)
        self.count, self.inner, self.function, self.log_dir = 0, Inner(), print, "here"
        self.metric = keras.metrics.Mean()


DATA = np.zeros(2**18)


def state_after_work():
    owner = Owner(DATA)
    state, encoder = ObjectState(owner), Encoder([])
    owner.count, owner.inner.count, owner.log_dir = 3, 4, "there"
    owner.order[:] = owner.order[::-1].copy()  # in place, as np.random.shuffle does
    owner.metric.update_state([2.0])
    return state.capture(encoder), encoder


def test_it_comes_back():
    content, encoder = state_after_work()
    owner = Owner(DATA)
    ObjectState(owner).restore(content, Decoder(encoder.arrays, []))
    assert (owner.count, owner.inner.count, float(owner.metric.result())) == (3, 4, 2.0)
    assert owner.order[0] == 2**18 - 1
    assert owner.log_dir == "here"


def test_data_and_places_are_not_kept():
    content, _ = state_after_work()
    assert content.keys() == {"order", "count", "inner", "metric"}


def test_an_object_that_is_not_plain_in_every_part_is_left_alone():
    owner = Owner(DATA)
    owner.inner.function = open  # its other parts belong to this one
    assert "inner" not in ObjectState(owner).capture(Encoder([]))


def test_no_attribute_is_made_up():
    owner = Owner(DATA)
    ObjectState(owner).restore({"on_epoch_end": ["value", 1], "log_dir": ["value", "/etc"]}, Decoder({}, []))
    assert not hasattr(owner, "on_epoch_end")
    assert owner.log_dir == "here"


@pytest.mark.parametrize("content", [None, [], {"count": 1}, {"count": ["value", {"kind": "?"}]}])
def test_another_content_is_refused(content):
    with pytest.raises(CheckpointError):
        ObjectState(Owner(DATA)).restore(content, Decoder({}, []))
