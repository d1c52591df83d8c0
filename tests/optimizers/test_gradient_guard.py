"""The guard in every setting, and what it must refuse."""

import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable import errors
from keras_stable.optimizers import gradient_history

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import gradient_guard_table as settings_table

NO_CLIPS = {"clipvalue": None, "global_clipnorm": None}


# Those with replicas need a split CPU: see test_distribution.py.
ALONE = [setting for setting in settings_table.SETTINGS if setting.replicas == 1]


@pytest.mark.parametrize("setting", ALONE, ids=lambda setting: setting.name)
def test_history_and_weights_agree_with_numpy(setting):
    result = settings_table.check_setting(setting)
    assert result.rows == settings_table.STEPS // setting.optimizer.get("gradient_accumulation_steps", 1)
    assert result.history_error <= settings_table.TOLERANCE
    assert result.layers_error <= settings_table.LAYER_TOLERANCE
    assert result.weights_error <= settings_table.TOLERANCE


def test_the_table_in_the_docs_lists_these_settings():
    page = settings_table.PAGE.read_text(encoding="utf-8")
    assert page == settings_table.with_table(page, settings_table.table())


def variables(seed=0, dtype="float32"):
    rng = np.random.default_rng(seed)
    shapes = {"kernel": (4, 3), "bias": (3,), "scale": ()}
    return [keras.Variable(rng.normal(size=shape), dtype=dtype, name=name) for name, shape in shapes.items()]


def gradients(scale, seed=1):
    rng = np.random.default_rng(seed)
    return [tf.constant(scale * rng.normal(size=shape), tf.float32) for shape in ((4, 3), (3,), ())]


def applied_gradients(optimizer, given):
    """The change of weights of SGD with rate 1 is the gradient that it used."""
    weights = variables()
    before = [weight.numpy() for weight in weights]
    optimizer.apply(given, weights)
    return [b - weight.numpy() for b, weight in zip(before, weights, strict=True)]


@pytest.mark.parametrize("scale", [1e-3, 1.0, 30.0])
@pytest.mark.parametrize(
    "clips",
    [
        {"clipvalue": 2.0, "global_clipnorm": 0.5, "clipnorm": 0.4},
        {"clipvalue": 2.0, "global_clipnorm": None},
        {"clipvalue": None, "global_clipnorm": 0.5},
        {"clipvalue": None, "global_clipnorm": None, "clipnorm": 0.4},
    ],
    ids=str,
)
def test_the_clips_act_in_their_order(clips, scale):
    given = gradients(scale)
    expected = [np.asarray(gradient, "float64") for gradient in given]
    if clips["clipvalue"]:
        expected = [np.clip(gradient, -clips["clipvalue"], clips["clipvalue"]) for gradient in expected]
    if clips.get("clipnorm"):
        expected = [gradient * min(1, clips["clipnorm"] / np.linalg.norm(gradient)) for gradient in expected]
    if clips["global_clipnorm"]:
        norm = np.sqrt(sum((gradient**2).sum() for gradient in expected))
        expected = [gradient * min(1, clips["global_clipnorm"] / norm) for gradient in expected]
    optimizer = keras_stable.optimizers.SGD(1.0, **clips)
    for actual, wanted in zip(applied_gradients(optimizer, given), expected, strict=True):
        np.testing.assert_allclose(actual, wanted, rtol=1e-5, atol=3e-7)
    history = gradient_history(optimizer)
    np.testing.assert_allclose(
        history.applied_variable_norm[0], [np.linalg.norm(gradient) for gradient in expected], rtol=1e-6
    )
    np.testing.assert_allclose(history.applied_norm[0], np.linalg.norm(history.applied_variable_norm[0]), rtol=1e-6)


def test_agc_is_between_the_values_and_the_norms():
    given = gradients(1.0)
    optimizer = keras_stable.optimizers.SGD(1.0, clipvalue=0.2, global_clipnorm=1e-3, agc_clipping=0.01)
    clipped = []
    for gradient, weight in zip(given, variables(), strict=True):
        clipped.append(np.array(np.clip(gradient.numpy().astype("float64"), -0.2, 0.2)))
        units = [(..., unit) for unit in range(clipped[-1].shape[-1])] if clipped[-1].ndim > 1 else [...]
        for unit in units:
            limit = 0.01 * max(np.linalg.norm(weight.numpy()[unit]), 1e-3)
            clipped[-1][unit] *= min(1, limit / np.linalg.norm(clipped[-1][unit]))
    norm = np.sqrt(sum((gradient**2).sum() for gradient in clipped))
    for actual, wanted in zip(applied_gradients(optimizer, given), clipped, strict=True):
        np.testing.assert_allclose(actual, wanted * min(1, 1e-3 / norm), atol=2e-7)


def test_zclip_pulls_a_spike_back_to_the_norms_before_it():
    optimizer = keras_stable.optimizers.SGD(0.0, zclip=2.5, **NO_CLIPS)
    weights = variables()
    rng = np.random.default_rng(5)
    scales = [*rng.uniform(0.9, 1.1, size=30), 50.0]
    for scale in scales:
        optimizer.apply(gradients(scale), weights)
    history = gradient_history(optimizer)
    np.testing.assert_array_equal(history.applied_norm[:25], history.global_norm[:25])
    assert history.global_norm[-1] > 40 * history.applied_norm[-1]
    assert history.applied_norm[-1] < 1.2 * history.global_norm[:-1].max()


@pytest.mark.parametrize("jit", [False, True])
def test_a_skipped_step_leaves_every_variable_as_it_was(jit):
    optimizer = keras_stable.optimizers.AdamW(0.1, use_ema=True, zclip=2.5, gradient_accumulation_steps=2)
    weights = variables()
    weights[0].constraint = keras.constraints.UnitNorm()
    optimizer.build(weights)
    apply = tf.function(lambda *given: optimizer.apply(given), jit_compile=jit)
    for seed in range(3):
        apply(*gradients(1.0, seed))
    state = [*weights, *optimizer.variables, optimizer.guard_state.zclip_statistics]
    before = [variable.numpy() for variable in state]
    for bad in (np.nan, -np.inf, 3e38):
        apply(tf.fill((4, 3), tf.constant(bad, tf.float32)), *gradients(1.0)[1:])
    for variable, value in zip(state, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value, err_msg=variable.path)
    assert gradient_history(optimizer).finite.tolist() == [True, False, False, False]


def test_a_bad_batch_in_the_middle_of_fit_changes_no_bit_of_the_result():
    def fit(drop):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(6, activation="tanh"), keras.layers.Dense(2)])
        model.compile(keras_stable.optimizers.AdamW(0.05), "mse", jit_compile=False)
        x, y = np.random.default_rng(1).normal(size=(2, 40, 5)).astype("float32")
        x[18] = np.inf
        x, y = (np.delete(part, slice(16, 24), axis=0) if drop else part for part in (x, y[:, :2]))
        model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
        return model

    bad, without = fit(drop=False), fit(drop=True)
    for one, other in zip(bad.get_weights(), without.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    history = gradient_history(bad.optimizer)
    assert np.flatnonzero(~history.finite).tolist() == [2, 7]
    assert history.applied_norm[[2, 7]].tolist() == [0.0, 0.0]
    assert (history.skipped_steps, bad.optimizer.skipped_steps) == (2, 2)


def test_a_gradient_that_is_large_but_finite_is_clipped_and_used():
    optimizer = keras_stable.optimizers.SGD(1.0, clipvalue=None)
    given = [tf.fill((4, 3), 1e25), tf.zeros(3), tf.zeros(())]
    np.testing.assert_allclose(applied_gradients(optimizer, given)[0], 0.5 / 12**0.5, rtol=1e-5)
    assert gradient_history(optimizer).finite.tolist() == [True]


@pytest.mark.parametrize("clips", [{"clipnorm": 1.0}, {"clipnorm": 1.0, "clipvalue": 50.0}], ids=str)
def test_beside_a_gradient_that_overflows_the_others_are_clipped_too(clips):
    optimizer = keras_stable.optimizers.SGD(1.0, **{**NO_CLIPS, **clips})
    given = [tf.fill((4, 3), 1e19), tf.fill((3,), 100.0), tf.constant(1e-3)]
    moves = applied_gradients(optimizer, given)
    np.testing.assert_allclose([np.linalg.norm(move) for move in moves], [1.0, 1.0, 1e-3], rtol=1e-4)


@pytest.mark.parametrize("how", [{"run_eagerly": True}, {"jit_compile": False}], ids=str)
def test_an_accumulating_fit_has_a_row_an_update(how):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    model.compile(keras_stable.optimizers.AdamW(0.1, gradient_accumulation_steps=4), "mse", **how)
    model.fit(np.ones((16, 4)), np.ones((16, 2)), batch_size=2, verbose=0)
    assert len(gradient_history(model.optimizer)) == 2


@pytest.mark.parametrize(("value", "steps"), [(4e37, 4), (6e37, 4), (6e37, 2)])
def test_a_gradient_whose_accumulation_would_overflow_is_skipped(value, steps):
    # The norm over 4 values is twice their own: as many as are accumulated must stay below 3.4e38.
    optimizer = keras_stable.optimizers.SGD(
        1.0, gradient_accumulation_steps=steps, clipvalue=None, global_clipnorm=1e30
    )
    weight = keras.Variable(np.zeros(4), dtype="float32", name="weight")
    optimizer.build([weight])
    for _ in range(steps):
        optimizer.apply([tf.fill((4,), tf.constant(value, tf.float32))])
    fits = 2 * np.float64(value) * steps < np.finfo("float32").max
    assert optimizer.skipped_steps == (0 if fits else steps)
    assert np.isfinite(weight.numpy()).all()
    np.testing.assert_allclose(np.linalg.norm(weight.numpy().astype("float64")), 1e30 if fits else 0.0, rtol=1e-5)


def test_loss_scale_overflows_are_counted_and_recorded():
    inner = keras_stable.optimizers.AdamW(0.1)
    optimizer = keras.optimizers.LossScaleOptimizer(inner, initial_scale=8.0)
    weights = variables()
    optimizer.apply(gradients(8.0), weights)
    before = [weight.numpy() for weight in weights]
    optimizer.apply([tf.fill((4, 3), np.inf), *gradients(1.0)[1:]], weights)
    for weight, value in zip(weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), value)
    history = gradient_history(optimizer)
    assert (history.finite.tolist(), history.skipped_steps, inner.skipped_steps) == ([True, False], 1, 1)
    norm = np.sqrt(sum((gradient.numpy() ** 2).sum() for gradient in gradients(1.0)))
    np.testing.assert_allclose(history.global_norm[0], norm, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_variables_of_other_dtypes(dtype):
    weights = variables(dtype=dtype)
    optimizer = keras_stable.optimizers.SGD(1.0)
    given = [tf.cast(300 * tf.ones(weight.shape), dtype) for weight in weights]
    before = [weight.numpy().astype("float64") for weight in weights]
    optimizer.apply(given, weights)
    steps = [b - weight.numpy().astype("float64") for b, weight in zip(before, weights, strict=True)]
    assert np.sqrt(sum((step**2).sum() for step in steps)) == pytest.approx(
        0.5, rel=1e-6 if dtype == "float64" else 0.03
    )
    assert gradient_history(optimizer).global_norm[0] == pytest.approx(1200.0)


def test_a_variable_without_a_gradient_has_no_norm():
    optimizer = keras_stable.optimizers.SGD(1.0)
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        optimizer.apply([gradients(1.0)[0], None, gradients(1.0)[2]], variables())
    history = gradient_history(optimizer)
    assert np.isnan(history.variable_norm[0]).tolist() == [False, True, False]
    assert np.isfinite(history.global_norm[0])


def test_a_part_of_the_variables_can_be_updated():
    optimizer = keras_stable.optimizers.SGD(1.0, **NO_CLIPS)
    weights = variables()
    optimizer.build(weights)
    optimizer.apply(gradients(1.0)[1:2], weights[1:2])
    history = gradient_history(optimizer)
    assert np.isnan(history.variable_norm[0]).tolist() == [True, False, True]
    assert history.variable_paths == ("kernel", "bias", "scale")


@pytest.mark.parametrize("value", [0, -1.0, float("nan"), float("inf"), "1", True])
@pytest.mark.parametrize("argument", ["clipvalue", "global_clipnorm", "clipnorm", "agc_clipping", "zclip"])
def test_impossible_clips_are_refused(argument, value):
    with pytest.raises(errors.InvalidArgumentError, match=f"`{argument}` must be a finite number above 0, or None"):
        keras_stable.optimizers.AdamW(**{argument: value})


@pytest.mark.parametrize("value", [0, -1, 1.5, True, None])
def test_impossible_history_sizes_are_refused(value):
    with pytest.raises(errors.InvalidArgumentError, match="`history_size` must be an integer above 0"):
        keras_stable.optimizers.AdamW(history_size=value)


def test_numbers_of_numpy_are_numbers():
    optimizer = keras_stable.optimizers.AdamW(
        global_clipnorm=np.float32(0.5), clipvalue=np.int64(3), history_size=np.int64(4)
    )
    assert (optimizer.global_clipnorm, optimizer.clipvalue, optimizer.history_size) == (0.5, 3.0, 4)


def test_a_skipped_step_is_recorded_unscaled():
    optimizer = keras_stable.optimizers.SGD(1.0, loss_scale_factor=1024.0)
    optimizer.apply(
        [tf.fill((4, 3), np.nan), tf.constant([3 * 1024.0, 4 * 1024.0, 0.0]), tf.constant(0.0)], variables()
    )
    np.testing.assert_allclose(gradient_history(optimizer).variable_norm[0][1:], [5.0, 0.0])
