"""The kept values of variables."""

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.copying.snapshot import Snapshot, kept_state


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16", "int64"])
def test_values_come_back_as_often_as_they_are_asked_for(dtype):
    values = keras.Variable(np.arange(6).reshape(2, 3), dtype=dtype, trainable=dtype != "int64")
    zeros = keras.Variable(np.zeros(4), dtype=dtype, trainable=dtype != "int64")
    snapshot = Snapshot([values, zeros])
    for _ in range(2):
        values.assign(values + 1)
        zeros.assign(zeros + 5)
        snapshot.put_back()
        np.testing.assert_array_equal(np.asarray(values.value, "float64"), np.arange(6).reshape(2, 3))
        np.testing.assert_array_equal(np.asarray(zeros.value, "float64"), np.zeros(4))


def test_nan_is_a_value_like_any_other():
    variable = keras.Variable([np.nan, 0.0])
    snapshot = Snapshot([variable])
    variable.assign([1.0, 1.0])
    snapshot.put_back()
    np.testing.assert_array_equal(variable.numpy(), [np.nan, 0.0])


def test_state_is_kept_also_when_the_body_raises():
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])
    before = model.layers[0].kernel.numpy()

    def interrupted():
        with kept_state(model):
            model.layers[0].kernel.assign(before + 1)
            raise KeyError

    with pytest.raises(KeyError):
        interrupted()
    assert np.array_equal(model.layers[0].kernel.numpy(), before)
