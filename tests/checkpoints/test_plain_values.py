"""Values come back as they were, and what is no value is refused."""

import collections

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_stable.checkpoints.plain_values import Decoder, Encoder, NotPlainError
from keras_stable.errors import CheckpointError

VALUES = {
    "nothing": None,
    "numbers": [1, 2.5, float("inf"), True, 2**70],
    "containers": {"a": (1, {2}, frozenset({3})), 5: collections.deque([1, 2], maxlen=2)},
    "bytes": b"\x00\xff",
    "operation": keras.ops.less,
}


@pytest.mark.parametrize("name", VALUES)
def test_it_comes_back(name):
    encoder = Encoder([])
    content = encoder.encode(VALUES[name])
    received = Decoder(encoder.arrays, []).decode(content)
    assert received == VALUES[name]
    assert type(received) is type(VALUES[name])


def test_arrays_tensors_and_variables():
    variable, array = keras.Variable([1.0]), np.arange(3)
    encoder = Encoder([variable])
    content = encoder.encode([variable, array, np.float32(2), tf.constant([4])])
    array += 1  # what was kept does not change with it
    arrays = {name: np.asarray(value) for name, value in encoder.arrays.items()}
    received = Decoder(arrays, [variable]).decode(content)
    assert received[0] is variable
    assert received[1].tolist() == [0, 1, 2]
    assert (received[2], type(received[2])) == (2, np.float32)
    assert tf.is_tensor(received[3])


def loop():
    values = []
    values.append(values)
    return values


@pytest.mark.parametrize("make", [object, lambda: print, loop, lambda: np.array([None])])
def test_what_is_not_plain_is_refused(make):
    with pytest.raises(NotPlainError):
        Encoder([]).encode(make())


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.fixed_dictionaries(
                {
                    "kind": st.sampled_from(
                        ["dict", "tuple", "set", "deque", "bytes", "variable", "operation", "array", "float", "x"]
                    )
                },
                optional={"items": inner, "index": inner, "name": inner, "value": inner, "maxlen": inner},
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_a_value_or_refused_in_the_packages_own_words(content):
    try:
        Decoder({}, []).decode(content)
    except CheckpointError:
        return
