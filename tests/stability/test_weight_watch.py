import keras
import numpy as np
import pytest

from keras_stable.stability.rollback_state import RollbackState
from keras_stable.stability.weight_watch import WeightWatch, grown


@pytest.fixture(scope="module")
def model():
    made = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.BatchNormalization()])
    made.compile("sgd", "mse")
    return made


def alarm_after(model, layer, name, factor, reads=6):
    watch, state = WeightWatch(), RollbackState(model)
    for step in range(reads):
        assert watch.add(step, state) is None
    variable = getattr(model.layers[layer], name)
    before = variable.numpy()
    variable.assign(before * factor)
    try:
        return watch.add(96, state)
    finally:
        variable.assign(before)


@pytest.mark.parametrize(
    ("layer", "name", "factor", "kind"),
    [
        (0, "kernel", 20, None),
        (0, "kernel", 1e4, "weights"),
        (1, "moving_variance", 500, None),
        (1, "moving_variance", 1e6, "weights"),
        (0, "kernel", np.nan, "nonfinite"),
        (1, "moving_variance", np.inf, "nonfinite"),
    ],
)
def test_weights_and_statistics_grow_in_bounds(model, layer, name, factor, kind):
    alarm = alarm_after(model, layer, name, factor)
    assert (None if alarm is None else alarm.kind) == kind
    assert alarm is None or (alarm.step == 96 and name in alarm.quantity)


def test_in_the_first_steps_anything_may_grow(model):
    assert alarm_after(model, 1, "moving_variance", 1e6, reads=2) is None


def test_a_bias_that_was_zero_may_begin_to_be_used(model):
    state = RollbackState(model)
    figures = state.weight_figures()
    before = {name: float(row[0]) for name, row in figures.items()}
    bias = next(name for name in figures if name.endswith("dense/bias") or "bias" in name)
    assert before[bias] == 0
    assert grown(before, {**figures, bias: np.array([1.0, 1.0])}, state) == []


def test_what_was_accepted_is_usual(model):
    watch, state = WeightWatch(), RollbackState(model)
    for step in range(6):
        watch.add(step, state)
    kernel = model.layers[0].kernel
    before = kernel.numpy()
    kernel.assign(before * 1e4)
    watch.accept(state)
    assert watch.add(7, state) is None
    kernel.assign(before)
