"""A state goes from the guarded to the Keras optimizer and back, and what the guard keeps is saved beside it."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable.optimizers import guard

ours = keras_stable.optimizers
PAIRS = [
    (ours.AdamW, keras.optimizers.AdamW),
    (ours.Adam, keras.optimizers.Adam),
    (ours.SGD, keras.optimizers.SGD),
    (ours.Lion, keras.optimizers.Lion),
    (ours.Muon, keras.optimizers.Muon),
    (guard(keras.optimizers.RMSprop), keras.optimizers.RMSprop),
]
SCALED = keras.optimizers.LossScaleOptimizer
X, Y = np.random.default_rng(3).normal(size=(2, 24, 5)).astype("float32")
X[10] = np.nan


def built(optimizer, trained=False):
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(4), keras.layers.Dense(2)])
    model.compile(optimizer, "mse", jit_compile=False)
    optimizer.build(model.trainable_variables)
    if trained:
        model.fit(X, Y[:, :2], batch_size=8, shuffle=False, verbose=0)
    return model


@pytest.mark.parametrize("form", ["weights.h5", "keras"])
@pytest.mark.parametrize(
    "wrap", [lambda optimizer: optimizer, lambda optimizer: SCALED(optimizer, 8.0)], ids=["", "scaled"]
)
@pytest.mark.parametrize(("guarded", "stock"), PAIRS, ids=[stock.__name__ for _, stock in PAIRS])
def test_a_state_goes_both_ways_without_a_warning(guarded, stock, wrap, form, tmp_path):
    def saved_and_loaded(model, other):
        path = tmp_path / f"model.{form}"
        model.save(path) if form == "keras" else model.save_weights(path)
        other.load_weights(path)
        for one, two in zip(model.optimizer.variables, other.optimizer.variables, strict=True):
            np.testing.assert_array_equal(one.numpy(), two.numpy(), err_msg=one.path)

    first, second = built(wrap(guarded(0.1)), trained=True), built(wrap(stock(0.1)))
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        saved_and_loaded(first, second)
    second.optimizer.iterations.assign(7)
    third = built(wrap(guarded(0.2)))
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        saved_and_loaded(second, third)
    assert int(third.optimizer.iterations) == 7


def test_what_the_guard_keeps_is_saved_too(tmp_path):
    first = built(ours.AdamW(0.1, zclip=2.5), trained=True)
    statistics = first.optimizer.guard_state.zclip_statistics.numpy()
    assert first.optimizer.skipped_steps == 1
    assert statistics[0] == 2
    first.save(tmp_path / "model.keras")
    first.save_weights(tmp_path / "model.weights.h5")
    loaded, second = keras_stable.load_model(tmp_path / "model.keras"), built(ours.AdamW(0.1, zclip=2.5))
    second.load_weights(tmp_path / "model.weights.h5")
    checkpointed = ours.AdamW(0.1, zclip=2.5)
    checkpointed.build(second.trainable_variables)
    path = tf.train.Checkpoint(optimizer=first.optimizer).save(tmp_path / "checkpoint")
    tf.train.Checkpoint(optimizer=checkpointed).restore(path)
    for optimizer in (loaded.optimizer, second.optimizer, checkpointed):
        assert optimizer.skipped_steps == 1
        np.testing.assert_array_equal(optimizer.guard_state.zclip_statistics.numpy(), statistics)


class OldLayout(ours.AdamW):
    """Saves as the first releases did: what the guard keeps comes after the variables of Keras."""

    def save_own_variables(self, store):
        super().save_own_variables(store)
        state = self.guard_state
        kept = [state.counts] if state.zclip_statistics is None else [state.zclip_statistics, state.counts]
        for variable in kept:
            store[str(len(store.keys()))] = variable.numpy()


def in_old_layout(optimizer):
    model = built(optimizer, trained=True)
    store = {}
    model.optimizer.save_own_variables(store)
    return model, store


@pytest.mark.parametrize("loaded_zclip", [None, 2.5])
@pytest.mark.parametrize("saved_zclip", [None, 2.5])
def test_the_old_layout_loads(saved_zclip, loaded_zclip):
    model, store = in_old_layout(OldLayout(0.1, zclip=saved_zclip))
    assert len(store) == len(model.optimizer.variables) + (1 if saved_zclip is None else 2)
    optimizer = built(ours.AdamW(0.2, zclip=loaded_zclip)).optimizer
    optimizer.load_own_variables(store)
    for one, other in zip(model.optimizer.variables, optimizer.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy(), err_msg=one.path)
    assert optimizer.guard_state.counts.numpy().tolist() == [3, 1]
    if loaded_zclip is not None:
        assert optimizer.guard_state.zclip_statistics.numpy()[0] == (0 if saved_zclip is None else 2)


def test_so_does_that_of_a_loss_scale_optimizer():
    # It saved all variables of its inner optimizer too, and each was counted.
    model = built(SCALED(ours.AdamW(0.1), initial_scale=8.0), trained=True)
    values = [variable.numpy() for variable in model.optimizer.variables]
    store = dict(zip(map(str, range(len(values) + 1)), [*values, np.array([3, 1])], strict=True))
    other = built(SCALED(ours.AdamW(0.2)))
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        other.optimizer.load_own_variables(store)
    for variable, value in zip(other.optimizer.variables, values, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value, err_msg=variable.path)


def test_what_the_guard_keeps_is_not_trained():
    optimizer = ours.AdamW(zclip=2.5, adagc=1.05, skip_spikes=6.0)
    built(optimizer)
    names = ["gradient_counts", "zclip_statistics", "adagc_averages", "spike_windows"]
    assert sorted(variable.name for variable in optimizer.guard_state.variables) == sorted(names)
    assert not any(variable.trainable for variable in optimizer.guard_state.variables)


def test_a_state_of_another_size_is_refused_as_keras_does():
    optimizer = built(ours.AdamW(0.1)).optimizer
    store = {str(i): np.zeros(3) for i in range(len(optimizer.variables) + 1)}
    with pytest.warns(UserWarning, match="Skipping variable loading"):
        optimizer.load_own_variables(store)
