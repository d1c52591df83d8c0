"""The copy that is trained step by step."""

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.copying.model_copy import copy_model
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.training.workbench import Workbench

BATCH = Batch(np.ones((4, 3), "float32"), np.array([0, 1, 0, 1]))


class Counting(keras.layers.Layer):
    """Counts how often it is called in training: once for each time that a step is traced."""

    traced = 0

    def call(self, x, training=False):
        Counting.traced += bool(training)
        return x


def bench(clock=None, **compiled):
    Counting.traced = 0
    model = keras.Sequential([keras.Input((3,)), Counting(), keras.layers.Dense(2, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", **compiled)
    return Workbench(copy_model(model), *([] if clock is None else [clock]))


@pytest.mark.parametrize("metrics", [None, ["accuracy"]])
def test_a_step_is_traced_once(metrics):
    workbench = bench(metrics=metrics)
    logs = [workbench.step(BATCH) for _ in range(3)]
    assert Counting.traced == 1
    assert set(logs[0]) == {"loss", *({"accuracy"} if metrics else ())}


def test_what_steps_take_is_told_by_the_clock():
    ticks = iter([0.0, 50.0, 100.0, 102.0, 200.0, 201.0])
    workbench = bench(lambda: next(ticks))
    assert workbench.seconds_of(10) == 0
    workbench.step(BATCH)
    assert workbench.seconds_of(2) == 100
    workbench.step(BATCH)
    workbench.step(BATCH)
    assert workbench.seconds_of(10) == 10
    assert workbench.seconds_of(10, rebuilt=True) == 60


def test_it_begins_again_where_it_began():
    workbench = bench()
    before = [v.numpy() for v in (*workbench.model.variables, *workbench.optimizer.variables)]
    for _ in range(3):
        workbench.step(BATCH)
    workbench.restore()
    for value, variable in zip(before, (*workbench.model.variables, *workbench.optimizer.variables), strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)
