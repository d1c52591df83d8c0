"""Clips against their papers, written out in NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from keras_stable.ops import clips


def test_values_and_norms():
    values = np.random.default_rng(1).normal(size=(50, 3)).astype("float32")
    (clipped,) = clips.clip_values([tf.constant(values)], 0.3)
    np.testing.assert_array_equal(clipped, np.clip(values, -0.3, 0.3))
    norms = np.array([0.0, 0.3, 0.30001, 3e30], "float32")
    expected = np.array([1.0, 1.0, np.float32(0.3) / 0.30001, 1e-31])
    np.testing.assert_allclose(clips.norm_factor(tf.constant(norms), 0.3), expected, rtol=1e-6)
    # A clip that does not act must not change a bit.
    assert clips.norm_factor(tf.constant(0.29), 0.3).numpy() == 1.0


@pytest.mark.parametrize("shape", [(6, 4), (3, 3, 2, 5), (7,), ()])
def test_adaptive_clipping_holds_each_unit_to_a_share_of_its_weights(shape):
    rng = np.random.default_rng(2)
    gradient, weights = rng.normal(size=shape), 0.1 * rng.normal(size=shape)
    if len(shape) > 1:
        weights[..., 0] = 0.0
        gradient[..., 1] *= 1e-6
    expected = gradient.copy()
    units = [(..., unit) for unit in range(shape[-1])] if len(shape) > 1 else [...]
    for unit in units:
        limit = 0.01 * max(np.linalg.norm(weights[unit]), 1e-3)
        size = np.linalg.norm(gradient[unit])
        if size > limit:
            expected[unit] = gradient[unit] * limit / size
    actual = clips.adaptive_clip(tf.constant(gradient, tf.float32), tf.constant(weights, tf.float32), 0.01)
    np.testing.assert_allclose(actual, expected, rtol=2e-6)


@pytest.mark.parametrize("scale", [1e25, 1e-25])
def test_adaptive_clipping_of_values_whose_squares_a_float_cannot_hold(scale):
    gradient = scale * np.random.default_rng(3).normal(size=(6, 4))
    weights = 1e6 * scale * np.ones((6, 4))
    share = 1e-7 * np.linalg.norm(weights, axis=0) / np.linalg.norm(gradient, axis=0)
    actual = clips.adaptive_clip(tf.constant(gradient, tf.float32), tf.constant(weights, tf.float32), 1e-7, epsilon=0)
    np.testing.assert_allclose(actual / scale, gradient * np.minimum(1, share) / scale, rtol=1e-5)


class ZClip:
    """The paper's algorithm, in plain Python."""

    def __init__(self, momentum=0.97, threshold=2.5, warmup_steps=25):
        self.momentum, self.threshold, self.warmup_steps = momentum, threshold, warmup_steps
        self.seen, self.mean, self.variance = [], None, None

    def __call__(self, norm):
        if len(self.seen) < self.warmup_steps:
            self.seen.append(norm)
            self.mean, self.variance = np.mean(self.seen), np.var(self.seen)
            return norm
        deviation = np.sqrt(self.variance)
        z = (norm - self.mean) / (deviation + 1e-6)
        clipped = norm if z <= self.threshold else self.mean + self.threshold**2 / z * deviation
        self.mean = self.momentum * self.mean + (1 - self.momentum) * clipped
        self.variance = self.momentum * self.variance + (1 - self.momentum) * (clipped - self.mean) ** 2
        return clipped


def test_zscore_clipping_follows_its_paper():
    rng = np.random.default_rng(3)
    norms = np.abs(rng.normal(1.0, 0.1, size=80))
    norms[[10, 40, 41, 70]] = [9.0, 30.0, 2.0, 1e4]
    reference = ZClip()
    statistics = clips.NormStatistics(*[tf.constant(0.0)] * 3)
    changed = []
    for step, norm in enumerate(norms):
        factor = clips.zscore_factor(tf.constant(norm, tf.float32), statistics, 2.5, 25)
        clipped = float(factor) * norm
        statistics = clips.updated_statistics(tf.constant(clipped, tf.float32), statistics, 0.97, 25)
        np.testing.assert_allclose(clipped, reference(norm), rtol=2e-5, err_msg=str(step))
        changed += [step] if float(factor) < 1 else []
    assert {40, 70} <= set(changed)
    assert min(changed) > 25


def test_values_of_several_dtypes_keep_theirs():
    tensors = [tf.constant([-3.0, 3.0], tf.float16), tf.constant([[0.5, -9.0]], tf.float64), tf.constant(2.0)]
    clipped = clips.clip_values(tensors, 1.5)
    assert [tensor.dtype for tensor in clipped] == [tf.float16, tf.float64, tf.float32]
    assert [tensor.numpy().tolist() for tensor in clipped] == [[-1.5, 1.5], [[0.5, -1.5]], 1.5]
    assert clips.clip_values([], 1.5) == []


def test_a_norm_at_the_limit_is_left_alone():
    assert clips.norm_factor(tf.constant([0.5, 0.0]), 0.5).numpy().tolist() == [1.0, 1.0]


def test_units_that_start_at_zero_can_move_by_a_thousandth_of_the_share():
    moved = clips.adaptive_clip(tf.constant([3.0, 4.0]), tf.zeros(2), 0.5)
    np.testing.assert_allclose(np.linalg.norm(moved), 0.5e-3, rtol=1e-6)
    np.testing.assert_array_equal(clips.adaptive_clip(tf.zeros((2, 2)), tf.zeros((2, 2)), 0.5), np.zeros((2, 2)))


def statistics(count, mean, variance):
    return clips.NormStatistics(*(tf.constant(value, tf.float64) for value in (count, mean, variance)))


def clipped_norm(norm, count=25, mean=1.0, variance=0.01, threshold=2.5, warmup=25):
    factor = clips.zscore_factor(tf.constant(norm, tf.float64), statistics(count, mean, variance), threshold, warmup)
    return float(factor) * norm


@pytest.mark.parametrize(("norm", "expected"), [(1.2, 1.2), (1.249, 1.249), (1.5, 1.125), (2.0, 1.0625), (0.1, 0.1)])
def test_an_outlier_is_pulled_the_closer_the_further_it_is(norm, expected):
    # With mean 1 and deviation 0.1: 1 + 2.5^2 / z * 0.1 for z above 2.5.
    assert clipped_norm(norm) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(("count", "acts"), [(24, False), (25, True), (26, True)])
def test_nothing_is_pulled_back_before_the_warm_up_is_over(count, acts):
    assert (clipped_norm(9.0, count) < 9.0) is acts


def test_norms_that_never_varied_leave_no_room():
    assert clipped_norm(2.0, variance=0.0) == pytest.approx(1.0)
    assert clipped_norm(1.0, variance=0.0) == 1.0


def test_at_the_end_of_the_warm_up_moving_averages_begin():
    before = statistics(24.0, 2.0, 0.5)
    last = clips.updated_statistics(tf.constant(4.0, tf.float64), before, 0.9, 25)
    # The plain mean and variance of 24 values and this one.
    mean = (24 * 2.0 + 4.0) / 25
    expected = [25, mean, (24 * (0.5 + 2.0**2) + 4.0**2) / 25 - mean**2]
    np.testing.assert_allclose(last, expected, rtol=1e-12)
    after = clips.updated_statistics(tf.constant(4.0, tf.float64), statistics(25.0, 2.0, 0.5), 0.9, 25)
    np.testing.assert_allclose(after, [26, 2.2, 0.9 * 0.5 + 0.1 * 1.8**2], rtol=1e-12)


def test_a_norm_whose_square_overflows_does_not_spoil_the_statistics():
    before = clips.NormStatistics(*(tf.constant(value) for value in (30.0, 1.0, 0.01)))
    after = clips.updated_statistics(tf.constant(3e38), before, 0.97, 25)
    assert all(np.isfinite(after))
    most = np.finfo("float32").max ** 0.5 / 16
    np.testing.assert_allclose(after.mean, 0.97 + 0.03 * most, rtol=1e-5)
