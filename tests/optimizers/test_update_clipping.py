"""Update clipping against algorithm 2 of the paper, in float64."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable import errors
from keras_stable.optimizers import SGD, Adam, AdamW, Lion, gradient_history, guard

RATE, DECAY, BETA_1, BETA_2 = 0.1, 0.2, 0.5, 0.75
SHAPES = {"kernel": (4, 3), "bias": (3,)}
NO_CLIPS = {"clipvalue": None, "global_clipnorm": None}


def weights():
    rng = np.random.default_rng(0)
    return [keras.Variable(rng.normal(size=shape), dtype="float32", name=name) for name, shape in SHAPES.items()]


def gradients():
    rng = np.random.default_rng(1)
    scales = [1.0, 0.1, 20.0, 1.0, 5.0]
    return [[scale * rng.normal(size=shape).astype("float32") for shape in SHAPES.values()] for scale in scales]


def reference(limit, weight_decay=DECAY):
    """The weights after each step of AdamW with update clipping; which steps were clipped."""
    values = [weight.numpy().astype("float64") for weight in weights()]
    first, second = [np.zeros_like(value) for value in values], [np.zeros_like(value) for value in values]
    clipped = 0
    for t, taken in enumerate(gradients(), start=1):
        for i, gradient in enumerate(taken):
            gradient = gradient.astype("float64")
            first[i] = BETA_1 * first[i] + (1 - BETA_1) * gradient
            second[i] = BETA_2 * second[i] + (1 - BETA_2) * gradient**2
            m, v = first[i] / (1 - BETA_1**t), second[i] / (1 - BETA_2**t)
            rms = np.sqrt(np.mean(gradient**2 / np.maximum(v, 1e-14)))
            rate = RATE if limit is None else RATE / max(1.0, rms / limit)
            clipped += rate < RATE
            values[i] = values[i] - rate * weight_decay * values[i] - rate * m / (np.sqrt(v) + 1e-12)
    return values, clipped


def trained(optimizer, jit=False):
    variables = weights()
    optimizer.build(variables)
    step = tf.function(lambda *given: optimizer.apply(given), jit_compile=jit)
    for given in gradients():
        step(*map(tf.constant, given))
    return [variable.numpy() for variable in variables]


@pytest.mark.parametrize(("limit", "clipped"), [(1.0, 3), (0.5, 7), (None, 0)])
@pytest.mark.parametrize("clips", [NO_CLIPS, {"clipvalue": 1e6, "global_clipnorm": None}], ids=["none", "values"])
def test_every_step_is_that_of_the_paper(limit, clipped, clips):
    betas = {"beta_1": BETA_1, "beta_2": BETA_2, "epsilon": 1e-12}
    actual = trained(AdamW(RATE, DECAY, **betas, update_clip_rms=limit, **clips))
    expected, count = reference(limit)
    assert count == clipped
    for one, two in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-6)


def test_with_xla_and_without_decay():
    optimizer = Adam(RATE, BETA_1, BETA_2, 1e-12, update_clip_rms=1.0, **NO_CLIPS)
    for one, two in zip(trained(optimizer, jit=True), reference(1.0, weight_decay=0.0)[0], strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-6)


def test_variables_that_do_not_decay():
    optimizer = AdamW(RATE, DECAY, update_clip_rms=1e-6, **NO_CLIPS)
    variables = weights()
    optimizer.exclude_from_weight_decay(var_list=variables[1:])
    before = [variable.numpy() for variable in variables]
    optimizer.build(variables)
    optimizer.apply([tf.zeros(shape) for shape in SHAPES.values()])
    np.testing.assert_allclose(variables[0].numpy(), before[0] * (1 - RATE * DECAY), rtol=1e-6)
    np.testing.assert_array_equal(variables[1].numpy(), before[1])


def test_a_gradient_after_a_quiet_time_moves_no_further_than_a_usual_one():
    """The stuck second moment that the paper is about, in RMSprop, which corrects no bias."""
    for limit, least, most in ((1.0, 0.0, 0.11), (None, 0.5, 10.0)):
        optimizer = guard(keras.optimizers.RMSprop)(0.1, rho=0.99, update_clip_rms=limit, **NO_CLIPS)
        weight = keras.Variable(np.ones(5), dtype="float32", name="weight")
        optimizer.build([weight])
        optimizer.apply([tf.fill([5], 1.0)])
        moved = float(abs(1.0 - weight.numpy()).max())
        assert least < moved < most


def test_slices_accumulation_and_what_is_recorded():
    optimizer = AdamW(0.1, update_clip_rms=1.0, gradient_accumulation_steps=2, record="update_norm")
    table = keras.Variable(np.ones((5, 2)), dtype="float32", name="table")
    optimizer.build([table])
    slices = tf.IndexedSlices(tf.ones([3, 2]), tf.constant([1, 1, 4]), tf.constant([5, 2]))
    for _ in range(4):
        optimizer.apply([slices])
    history = gradient_history(optimizer)
    assert history.update_norm.shape == (2, 1)
    assert (history.update_norm > 0).all()


def test_the_config_keeps_it():
    config = AdamW(update_clip_rms=1.0, adagc=1.05).get_config()
    assert (config["update_clip_rms"], config["adagc"], config["skip_spikes"]) == (1.0, 1.05, None)
    assert AdamW.from_config(config).update_clip_rms == 1.0


@pytest.mark.parametrize("optimizer", [SGD, Lion])
def test_an_optimizer_without_second_moments_is_refused(optimizer):
    with pytest.raises(errors.InvalidArgumentError, match=f"`update_clip_rms` must be None for {optimizer.__name__}"):
        optimizer(update_clip_rms=1.0)


@pytest.mark.parametrize("value", [0.0, -1, "1", True])
def test_impossible_limits_are_refused(value):
    with pytest.raises(errors.InvalidArgumentError, match="`update_clip_rms` must be a finite number above 0, or None"):
        AdamW(update_clip_rms=value)
