"""Each clip, their order, and the statistics of z-score clipping, against float64 NumPy."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable import errors
from keras_stable.ops.norms import measure_norms
from keras_stable.optimizers import SGD, gradient_history
from keras_stable.optimizers.clipping import CLIPS, Clipping, checked_limit, clipped_alone

GRADIENTS = [np.array([[3.0, -40.0], [0.0, 0.5]]), np.array([6.0, 8.0])]
WEIGHTS = [np.array([[1.0, 2.0], [2.0, 2.0]]), np.array([1.0, 1.0])]


def limits(**set_ones):
    return SimpleNamespace(**{**dict.fromkeys(CLIPS), **set_ones})


def clipped(gradients=GRADIENTS, statistics=None, dtype="float64", **set_ones):
    clipping = Clipping(limits(**set_ones), dtype, statistics)
    tensors = [tf.constant(gradient, tf.float64) for gradient in gradients]
    measured = measure_norms(tensors, clipping.value_limit, dtype)
    weights = [keras.Variable(weight, dtype="float64", name="weight") for weight in WEIGHTS]
    return clipping(clipping.clip_values(tensors), weights, measured)


def norms_of(gradients):
    return [np.linalg.norm(np.asarray(gradient)) for gradient in gradients]


def assert_gradients(result, expected):
    for one, other in zip(result.gradients, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
    np.testing.assert_allclose(result.norms, norms_of(expected), rtol=1e-12)
    np.testing.assert_allclose(result.global_norm, np.linalg.norm(norms_of(expected)), rtol=1e-12)


def test_without_a_clip_nothing_changes():
    assert_gradients(clipped(), GRADIENTS)


def test_values_are_clipped_on_both_sides():
    assert_gradients(clipped(clipvalue=5.0), [np.array([[3.0, -5.0], [0.0, 0.5]]), np.array([5.0, 5.0])])


@pytest.mark.parametrize("limit", [4.0, 10.0, 1000.0])
def test_each_variables_norm_is_held(limit):
    expected = [gradient * min(1.0, limit / np.linalg.norm(gradient)) for gradient in GRADIENTS]
    assert_gradients(clipped(clipnorm=limit), expected)


@pytest.mark.parametrize("limit", [4.0, 1000.0])
def test_the_common_norm_is_held(limit):
    factor = min(1.0, limit / np.linalg.norm(norms_of(GRADIENTS)))
    assert_gradients(clipped(global_clipnorm=limit), [factor * gradient for gradient in GRADIENTS])


def test_values_come_before_each_norm_and_that_before_the_common_one():
    values = [np.clip(gradient, -5, 5) for gradient in GRADIENTS]
    held = [gradient * min(1.0, 6.0 / np.linalg.norm(gradient)) for gradient in values]
    factor = 2.0 / np.linalg.norm(norms_of(held))
    expected = [factor * gradient for gradient in held]
    assert_gradients(clipped(clipvalue=5.0, clipnorm=6.0, global_clipnorm=2.0), expected)


def test_units_are_held_to_a_share_of_their_weights_and_come_before_the_norms():
    # The unit of a kernel is a column; a bias is one.
    kernel, bias = GRADIENTS
    share = 0.1 * np.linalg.norm(WEIGHTS[0], axis=0)
    adapted = [kernel * np.minimum(1, share / np.linalg.norm(kernel, axis=0)), bias * (0.1 * np.sqrt(2) / 10)]
    assert_gradients(clipped(agc_clipping=0.1), adapted)
    factor = 0.05 / np.linalg.norm(norms_of(adapted))
    assert_gradients(clipped(agc_clipping=0.1, global_clipnorm=0.05), [factor * gradient for gradient in adapted])


def test_units_are_held_after_the_values():
    column = np.array([[0.0, -5.0], [0.0, 0.5]])
    factor = 0.1 * np.linalg.norm(WEIGHTS[0][:, 1]) / np.linalg.norm(column[:, 1])
    result = clipped(clipvalue=5.0, agc_clipping=0.1)
    np.testing.assert_allclose(result.gradients[0][:, 1], factor * column[:, 1], rtol=1e-12)


def test_the_dtype_of_a_gradient_is_kept():
    tensors = [tf.constant([3.0, 4.0], tf.float16)]
    clipping = Clipping(limits(agc_clipping=1.0, global_clipnorm=1.0), "float32")
    result = clipping(tensors, [keras.Variable([1.0, 1.0])], measure_norms(tensors, None, "float32"))
    assert (result.gradients[0].dtype, result.global_norm.dtype) == (tf.float16, tf.float32)


def a_history(norms):
    """Statistics after steps of these norms, and the norms that z-score clipping at 2 left of them."""
    statistics = keras.Variable(np.zeros(3), dtype="float64", name="statistics")
    left = [float(clipped([np.array([norm])], statistics, zclip=2.0).global_norm) for norm in norms]
    return statistics.numpy(), left


def test_zclip_only_learns_for_25_steps():
    norms = [1.0, 1000.0, *[2.0] * 23]
    statistics, left = a_history(norms)
    assert left == norms
    np.testing.assert_allclose(statistics, [25, np.mean(norms), np.var(norms)], rtol=1e-9)


def test_from_the_26th_step_on_an_outlier_is_pulled_back():
    rng = np.random.default_rng(0)
    usual = rng.uniform(1, 2, size=25)
    statistics, left = a_history([*usual, 50.0])
    mean, deviation = usual.mean(), usual.std()
    # The paper's rule: a score z above the threshold is replaced by threshold^2 / z.
    pulled = mean + 2.0**2 / ((50.0 - mean) / deviation) * deviation
    np.testing.assert_allclose(left[-1], pulled, rtol=1e-6)
    # What the statistics learn from is the norm after the clip, with the paper's momentum.
    np.testing.assert_allclose(statistics[1], 0.97 * mean + 0.03 * pulled, rtol=1e-6)


def test_zclip_comes_before_the_common_norm():
    statistics = keras.Variable(np.zeros(3), dtype="float64", name="statistics")
    for norm in np.random.default_rng(0).uniform(1, 2, size=25):
        clipped([np.array([norm])], statistics, zclip=2.0, global_clipnorm=0.5)
    # They learn the norms that come in, not those that the last clip leaves.
    assert statistics.numpy()[1] > 1
    result = clipped([np.array([50.0])], statistics, zclip=2.0, global_clipnorm=0.5)
    assert float(result.global_norm) == pytest.approx(0.5, rel=1e-9)
    assert float(result.gradients[0][0]) == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize("name", CLIPS)
def test_any_clip_makes_it_active(name):
    assert Clipping(limits(**{name: 1.0}), "float32").active
    assert not Clipping(limits(), "float32").active


def test_a_changed_limit_takes_effect():
    changing = limits()
    clipping = Clipping(changing, "float32")
    changing.clipvalue = 2.0
    assert clipping.value_limit == 2.0
    assert clipping.clip_values([tf.constant([3.0])])[0].numpy().tolist() == [2.0]


def alone(gradients, **set_ones):
    optimizer = SGD(**{"clipvalue": None, "global_clipnorm": None, **set_ones})
    return clipped_alone(gradients, optimizer)


def test_alone_the_three_clips_of_keras_act_in_their_order():
    gradients = alone(GRADIENTS, clipvalue=5.0, clipnorm=6.0, global_clipnorm=2.0)
    expected = clipped(clipvalue=5.0, clipnorm=6.0, global_clipnorm=2.0).gradients
    for one, other in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_alone_the_clips_that_need_weights_or_steps_do_not_act():
    assert alone([[100.0]], agc_clipping=0.01, zclip=0.1) == [[100.0]]


def test_alone_what_has_no_gradient_stays_none_in_its_place():
    first, second, third = alone([None, [30.0, 40.0], None], global_clipnorm=1.0)
    assert first is third is None
    np.testing.assert_allclose(second, [0.6, 0.8], rtol=1e-6)
    assert alone([None, None], global_clipnorm=1.0) == [None, None]
    assert alone([], global_clipnorm=1.0) == []


def test_alone_slices_are_summed_first():
    slices = tf.IndexedSlices(tf.constant([[3.0], [3.0]]), tf.constant([1, 1]), tf.constant([3, 1]))
    np.testing.assert_allclose(alone([slices], global_clipnorm=1.0)[0], [[0.0], [1.0], [0.0]], rtol=1e-6)


@pytest.mark.parametrize("limit", [1, 1.5, np.float32(0.25), np.int64(3), 5e-324])
def test_a_number_above_zero_is_a_limit(limit):
    result = checked_limit("zclip", limit)
    assert type(result) is float
    assert result == limit


def test_none_is_no_limit():
    assert checked_limit("zclip", None) is None


@pytest.mark.parametrize("limit", [0, 0.0, -1e-9, float("inf"), float("nan"), True, False, "1", 1j, [1.0]])
def test_what_is_no_limit_is_refused_by_its_name(limit):
    with pytest.raises(errors.InvalidArgumentError, match="`zclip` must be a finite number above 0, or None"):
        checked_limit("zclip", limit)


def test_adagc_holds_each_variable_to_its_own_norms():
    optimizer = SGD(0.0, clipvalue=None, global_clipnorm=None, adagc=1.5)
    weights = [keras.Variable(weight, dtype="float32", name="weight") for weight in WEIGHTS]
    optimizer.build(weights)
    step = tf.function(lambda first, second: optimizer.apply([first, second]))
    rows, averages = [], None
    for i in range(104):
        scales = (0.1, 0.2) if i != 102 else (5.0, 0.2)
        step(*[tf.constant(scale * g, tf.float32) for scale, g in zip(scales, GRADIENTS, strict=True)])
        norms = np.array([scale * np.linalg.norm(g) for scale, g in zip(scales, GRADIENTS, strict=True)])
        if i < 100:
            clipped = norms * min(1.0, 1.0 / np.linalg.norm(norms))
            averages = clipped if averages is None else np.minimum(averages, clipped)
        else:
            clipped = norms * np.minimum(1.0, 1.5 * averages / norms)
            averages = 0.98 * averages + 0.02 * clipped
        rows.append(clipped)
    np.testing.assert_allclose(gradient_history(optimizer).applied_variable_norm, rows, rtol=1e-5)
    kept = optimizer.guard_state.adagc_averages.numpy()
    np.testing.assert_allclose(kept, [*averages, 104], rtol=1e-5)
    optimizer.apply([tf.ones(2)], weights[1:])
    assert optimizer.guard_state.adagc_averages.numpy()[0] == kept[0]
