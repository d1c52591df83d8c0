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
