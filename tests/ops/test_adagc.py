"""AdaGC against a plain loop in float64."""

import numpy as np
import pytest
import tensorflow as tf

from keras_stable.ops.adagc import adagc_factors


def reference(rows, share, momentum, warmup_steps, warmup_norm):
    """Algorithm 1 of the paper, one tensor after the other."""
    averages, factors = [None] * len(rows[0]), []
    for step, norms in enumerate(rows):
        common = np.sqrt(sum(norm**2 for norm in norms))
        factors.append([])
        for i, norm in enumerate(norms):
            if step < warmup_steps:
                factor = min(1.0, warmup_norm / common)
            else:
                factor = min(1.0, share * averages[i] / norm) if averages[i] and norm else 1.0
            clipped = factor * norm
            if norm == 0:
                factor = 1.0
            elif averages[i] is None:
                averages[i] = clipped
            elif step < warmup_steps:
                averages[i] = min(averages[i], clipped)
            else:
                averages[i] = momentum * averages[i] + (1 - momentum) * clipped
            factors[-1].append(factor)
    return np.array(factors), np.array([average or 0.0 for average in averages])


@pytest.mark.parametrize("settings", [(1.05, 0.98, 5, 1.0), (2.0, 0.5, 0, 1.0), (1.05, 0.9, 3, 0.1)])
def test_every_step_is_that_of_the_paper(settings):
    rng = np.random.default_rng(0)
    rows = rng.uniform(0.1, 1.0, size=(20, 4)) * [1.0, 0.1, 10.0, 1.0]
    rows[8] *= 100.0
    rows[:4, 2] = 0.0  # a tensor that has its first gradient after the warm-up of some settings
    rows[12, 1] = 0.0
    rows[:, 3] = 0.0
    share, momentum, warmup_steps, warmup_norm = settings
    averages, factors = tf.zeros(4, tf.float64), []
    for step, norms in enumerate(rows):
        clip = adagc_factors(
            tf.constant(norms),
            averages,
            tf.constant(float(step), tf.float64),
            share,
            momentum=momentum,
            warmup_steps=warmup_steps,
            warmup_norm=warmup_norm,
        )
        averages = clip.averages
        factors.append(clip.factors.numpy())
    expected = reference(rows.tolist(), *settings)
    np.testing.assert_allclose(factors, expected[0], rtol=1e-12)
    np.testing.assert_allclose(averages, expected[1], rtol=1e-12)


def test_huge_norms_and_none():
    for norms in ([3e38, 1.0], [0.0, 0.0]):
        for steps in (0.0, 200.0):
            clip = adagc_factors(tf.constant(norms), tf.constant([2.0, 0.0]), tf.constant(steps), 1.05)
            assert np.isfinite(clip.factors.numpy()).all()
            assert np.isfinite(clip.averages.numpy()).all()
