"""Steps that are left out as spikes: which, what they leave as it was, and how they are recorded."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable import errors, load_model
from keras_stable.callbacks import GradientNormLogger
from keras_stable.optimizers import SGD, AdamW, gradient_history, guard, keep_finite_state
from keras_stable.optimizers.spike_guard import checked_sigmas, note_loss, noted_loss

STEPS, SPIKE = 80, 72


def scales(spike=8.0):
    """Of the gradients; a spike of 8 is one that `clipvalue` alone does not see."""
    values = np.random.default_rng(0).uniform(0.5, 1.5, size=STEPS)
    values[SPIKE] = spike
    return values.astype("float32")


def stepped(optimizer, drop=(), jit=False, unscaled=1.0, spike=8.0):
    """Applies a gradient of each scale, without those dropped, and returns the weight."""
    weight = keras.Variable([1.0, 2.0], name="weight")
    optimizer.build([weight])
    # Without the variables, a LossScaleOptimizer of Keras 3.10 does nothing.
    step = tf.function(lambda scale: optimizer.apply([scale * tf.constant([0.6, 0.8])], [weight]), jit_compile=jit)
    for i, scale in enumerate(scales(spike)):
        if i not in drop:
            step(tf.constant(scale * unscaled, tf.float32))
    return weight


def state_of(optimizer):
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    return [variable.numpy() for variable in inner.variables]


MAKE = {
    "AdamW": lambda skip: AdamW(0.01, use_ema=True, skip_spikes=skip),
    "without clips": lambda skip: AdamW(0.01, clipvalue=None, global_clipnorm=None, skip_spikes=skip),
    "accumulating": lambda skip: AdamW(0.01, gradient_accumulation_steps=4, skip_spikes=skip),
    "scaled": lambda skip: guard(keras.optimizers.RMSprop)(0.01, loss_scale_factor=8.0, skip_spikes=skip),
}


@pytest.mark.parametrize("name", MAKE)
def test_a_spike_leaves_no_trace_in_the_optimizer(name):
    optimizer, other = MAKE[name](6.0), MAKE[name](None)
    unscaled = optimizer.loss_scale_factor or 1.0
    weight, without = stepped(optimizer, unscaled=unscaled), stepped(other, drop=[SPIKE], unscaled=unscaled)
    np.testing.assert_array_equal(weight.numpy(), without.numpy())
    for one, two in zip(state_of(optimizer), state_of(other), strict=True):
        np.testing.assert_array_equal(one, two)
    history = gradient_history(optimizer)
    assert (history.skipped_steps, optimizer.skipped_steps) == (1, 1)
    assert history.spike.sum() == 1
    assert history.finite.all()
    if not optimizer.gradient_accumulation_steps:
        assert history.spike[SPIKE]
        np.testing.assert_allclose(history.global_norm, scales(), rtol=1e-5)
        assert history.applied_norm[SPIKE] == 0.0


def test_with_xla_and_under_a_loss_scale_optimizer():
    for optimizer, jit, unscaled in (
        (AdamW(0.01, skip_spikes=True), True, 1.0),
        (keras.optimizers.LossScaleOptimizer(AdamW(0.01, skip_spikes=True), initial_scale=8.0), False, 8.0),
    ):
        stepped(optimizer, jit=jit, unscaled=unscaled, spike=1e3)
        assert np.flatnonzero(gradient_history(optimizer).spike).tolist() == [SPIKE]


def test_without_it_the_spike_is_taken_and_nothing_is_kept():
    optimizer = AdamW(0.01)
    stepped(optimizer)
    assert not gradient_history(optimizer).spike.any()
    assert [variable.name for variable in optimizer.guard_state.variables] == ["gradient_counts"]


def test_a_nan_among_them_is_no_spike_and_enters_no_window():
    optimizer, weight = SGD(0.01, skip_spikes=6.0), keras.Variable([1.0], name="weight")
    optimizer.build([weight])
    for scale in [*scales()[:70], np.nan, 1e3]:
        optimizer.apply([tf.constant([scale])])
    history = gradient_history(optimizer)
    assert (np.flatnonzero(history.spike).tolist(), np.flatnonzero(~history.finite).tolist()) == ([71], [70])
    assert optimizer.skipped_steps == 2
    assert optimizer.guard_state.spike_windows[:, -1].numpy().tolist() == [71.0, 0.0]


def compiled(optimizer, **arguments):
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.BatchNormalization(), keras.layers.Dense(1, kernel_initializer="ones")]
    )
    model.compile(optimizer, "mae", **{"jit_compile": False, **arguments})
    return model


def data(spike=50.0):
    """The loss is the mean of |prediction - y|, whose gradient is as large however far off it is."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(4 * STEPS, 2)), rng.uniform(50, 60, size=4 * STEPS)
    y[4 * SPIKE : 4 * SPIKE + 4] *= spike
    return x.astype("float32"), y.astype("float32")


@pytest.mark.parametrize(
    ("scaled", "arguments"), [(False, {"steps_per_execution": 4}), (True, {}), (False, {"run_eagerly": True})], ids=str
)
def test_a_loss_alone_can_be_a_spike(scaled, arguments):
    optimizer = SGD(1e-3, skip_spikes=6.0)
    model = compiled(keras.optimizers.LossScaleOptimizer(optimizer, 8.0) if scaled else optimizer, **arguments)
    model.fit(*data(), batch_size=4, shuffle=False, verbose=0)
    history = gradient_history(optimizer)
    assert np.flatnonzero(history.spike).tolist() == [SPIKE]
    assert history.global_norm[SPIKE] < 6 * history.global_norm.mean()


def test_the_state_of_the_model_and_the_logs():
    x, y = data()
    models = [keep_finite_state(compiled(SGD(1e-3, skip_spikes=skip))) for skip in (6.0, None)]
    logger = GradientNormLogger()
    logs = models[0].fit(x, y, batch_size=4, shuffle=False, verbose=0, callbacks=[logger]).history
    kept = np.delete(np.arange(len(x)), np.arange(4 * SPIKE, 4 * SPIKE + 4))
    models[1].fit(x[kept], y[kept], batch_size=4, shuffle=False, verbose=0)
    for one, two in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert logs["skipped_steps"] == [1]
    assert logs["grad_norm"][0] == pytest.approx(gradient_history(models[1].optimizer).global_norm.mean())


def test_the_windows_are_saved(tmp_path):
    model = compiled(SGD(1e-3, skip_spikes=5.0))
    x, y = data()
    model.fit(x[: 4 * SPIKE], y[: 4 * SPIKE], batch_size=4, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert loaded.optimizer.skip_spikes == 5.0
    loaded.fit(x[4 * SPIKE :], y[4 * SPIKE :], batch_size=4, shuffle=False, verbose=0)
    assert np.flatnonzero(gradient_history(loaded.optimizer).spike).tolist() == [0]
    other = compiled(SGD(1e-3))
    other.optimizer.build(other.trainable_variables)
    other.load_weights(tmp_path / "model.keras")
    assert other.optimizer.guard_state.spike_windows is None


def test_a_loss_of_another_step_is_not_taken():
    optimizer = SGD(0.1, skip_spikes=6.0)
    traced = tf.function(lambda: note_loss(optimizer, tf.constant(3.0) + 1.0))
    traced()
    assert np.isnan(noted_loss(optimizer, "float32"))
    note_loss(optimizer, tf.constant(3.0))
    assert [float(noted_loss(optimizer, "float32")) for _ in range(2)] == [3.0, pytest.approx(np.nan, nan_ok=True)]


@pytest.mark.parametrize("value", [0, -1.0, float("nan"), "6", [6.0]])
def test_impossible_thresholds_are_refused(value):
    with pytest.raises(errors.InvalidArgumentError, match="`skip_spikes` must be a finite number of standard dev"):
        AdamW(skip_spikes=value)
    assert checked_sigmas(np.float32(4.0)) == 4.0
