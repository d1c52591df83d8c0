import keras
import numpy as np

import keras_stable
from keras_stable.optimizers.of_models import innermost, optimizers_of
from keras_stable.stability.rollback_state import RollbackState

X, Y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")


def compiled(optimizer=None):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dropout(0.5), keras.layers.BatchNormalization()])
    model.add(keras.layers.Dense(1))
    model.compile(optimizer or keras.optimizers.Adam(0.1), "mse", metrics=["mae"])
    return model


def values(model):
    return [np.array(variable) for variable in (*model.variables, *model.optimizer.variables)]


def test_everything_that_a_step_changes_goes_back():
    model = compiled(keras_stable.optimizers.AdamW(0.1, zclip=2.5, use_ema=True))
    model.fit(X, Y, verbose=0)
    state = RollbackState(model)
    kept, before = state.copy(), values(model)
    model.fit(X, Y, verbose=0)
    assert not all(np.array_equal(one, other) for one, other in zip(before, values(model), strict=True))
    state.put_back(kept)
    for one, other in zip(before, values(model), strict=True):
        np.testing.assert_array_equal(one, other)
    # What was measured stays true.
    assert model.optimizer.gradient_ring.read_counts()[0] == 2


def test_metrics_are_kept_by_themselves_and_rates_not_at_all():
    model = compiled()
    model.fit(X, Y, verbose=0)
    state = RollbackState(model)
    assert not state.copy().keys() & state.copy_metrics().keys()
    metrics = state.copy_metrics()
    model.reset_metrics()
    model.optimizer.learning_rate = 0.5
    state.put_back({**state.copy(), **metrics})
    assert model.get_metrics_result()["loss"] > 0
    assert float(model.optimizer.learning_rate) == 0.5


def test_variables_that_come_later_are_noticed():
    model = compiled()
    state = RollbackState(model)
    before = state.count
    model.optimizer.build(model.trainable_variables)
    assert state.count > before


def test_the_figures_tell_the_largest_value_and_what_is_not_finite():
    model = compiled()
    state = RollbackState(model)
    kernel = model.layers[-1].kernel
    kernel.assign([[3.0], [-5.0]])
    name = next(name for name in state.weight_figures() if name.endswith(kernel.path))
    assert state.weight_figures()[name].tolist() == [5.0, 1.0]
    assert state.is_trainable(name)
    kernel.assign([[3.0], [np.inf]])
    assert np.isnan(state.weight_figures()[name][1])
    assert RollbackState.size({"a": kernel.value}) == 8


def test_optimizers_are_found_on_the_model_and_inside_wrappers():
    model = compiled(keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1)))
    model.second = keras.optimizers.Adam()
    assert optimizers_of(model) == [model.optimizer, model.second]
    assert isinstance(innermost(model.optimizer), keras.optimizers.SGD)
