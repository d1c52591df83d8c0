"""An optimizer in use gets the guard, and goes on as before."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable.diagnosis.evidence.copying.guarding import HISTORY_SIZE, guard_in_place
from keras_stable.optimizers import GradientGuard, gradient_history


def a_weight():
    return keras.Variable([1.0, -2.0], name="weight")


def step(optimizer, *gradients):
    for gradient in gradients:
        optimizer.apply([tf.constant(gradient)])


def trained(optimizer, guarded):
    """The weights and the state after two steps, before the second of which the optimizer is guarded or not."""
    weight = a_weight()
    optimizer.build([weight])
    step(optimizer, [0.5, 3.0])
    if guarded:
        assert guard_in_place(optimizer)
    step(optimizer, [-1.0, 0.25], [30.0, 40.0])
    return [variable.numpy() for variable in (weight, *optimizer.variables)]


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (keras.optimizers.SGD, {"momentum": 0.9}),
        (keras.optimizers.Adam, {"clipvalue": 1.0}),
        (keras.optimizers.AdamW, {"global_clipnorm": 0.5}),
        (keras.optimizers.RMSprop, {"clipnorm": 1.0}),
        (keras.optimizers.Adam, {"use_ema": True, "gradient_accumulation_steps": 2}),
    ],
)
def test_it_goes_on_with_its_state_and_its_own_clips_alone(kind, arguments):
    expected = trained(kind(0.1, **arguments), guarded=False)
    for one, other in zip(trained(kind(0.1, **arguments), guarded=True), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_norms_are_recorded_from_the_next_step_on():
    optimizer = keras.optimizers.SGD(0.1, global_clipnorm=1.0)
    optimizer.build([a_weight()])
    step(optimizer, [9.0, 9.0])
    guard_in_place(optimizer)
    step(optimizer, [3.0, 4.0])
    history = gradient_history(optimizer)
    assert (history.global_norm.tolist(), history.applied_norm.tolist()) == ([5.0], [1.0])


def test_it_may_be_guarded_before_it_is_built():
    optimizer = keras.optimizers.SGD(0.1)
    assert guard_in_place(optimizer)
    optimizer.build([a_weight()])
    step(optimizer, [3.0, 4.0])
    assert gradient_history(optimizer).global_norm.tolist() == [5.0]


def test_a_nan_no_longer_reaches_the_weights():
    optimizer, weight = keras.optimizers.SGD(0.1), a_weight()
    optimizer.build([weight])
    guard_in_place(optimizer)
    step(optimizer, [np.nan, 0.0])
    assert weight.numpy().tolist() == [1.0, -2.0]
    assert optimizer.skipped_steps == 1


def test_no_clip_is_added():
    optimizer = keras.optimizers.SGD(0.1)
    guard_in_place(optimizer)
    clips = optimizer.clipvalue, optimizer.clipnorm, optimizer.global_clipnorm, optimizer.agc_clipping, optimizer.zclip
    assert clips == (None,) * 5
    assert optimizer.history_size == HISTORY_SIZE


def test_a_guarded_one_stays_as_it_is_and_its_history_begins_anew():
    optimizer = keras_stable.optimizers.SGD(0.1, clipvalue=3.0, history_size=8)
    optimizer.build([a_weight()])
    step(optimizer, [3.0, 4.0])
    kind = type(optimizer)
    assert guard_in_place(optimizer)
    assert (type(optimizer), optimizer.clipvalue, optimizer.history_size) == (kind, 3.0, 8)
    step(optimizer, [0.0, 1.0])
    assert gradient_history(optimizer).global_norm.tolist() == [1.0]


def test_of_a_loss_scaling_one_the_inner_one_is_guarded():
    inner = keras.optimizers.SGD(0.1)
    outer = keras.optimizers.LossScaleOptimizer(inner, initial_scale=4.0)
    outer.build([a_weight()])
    assert guard_in_place(outer)
    assert isinstance(inner, GradientGuard)
    assert type(outer) is keras.optimizers.LossScaleOptimizer
    step(outer, [12.0, 16.0])
    assert gradient_history(outer).global_norm.tolist() == [5.0]


class OwnApply(keras.optimizers.SGD):
    def apply(self, grads, trainable_variables=None):
        super().apply(grads, trainable_variables)


class OwnApplyGradients(keras.optimizers.SGD):
    def apply_gradients(self, grads_and_vars):
        super().apply_gradients(grads_and_vars)


class Foreign:
    """Behaves like an optimizer, and is none."""


@pytest.mark.parametrize("kind", [OwnApply, OwnApplyGradients, Foreign])
def test_what_may_go_past_the_guard_is_left_alone(kind):
    optimizer = kind()
    assert guard_in_place(optimizer) is False
    assert type(optimizer) is kind


def test_a_class_without_get_config_can_be_guarded():
    class Own(keras.optimizers.Optimizer):
        def __init__(self, secret):
            super().__init__(learning_rate=0.5)
            self.secret = secret

        def update_step(self, gradient, variable, learning_rate):
            self.assign_sub(variable, self.secret * gradient)

    optimizer, weight = Own(2.0), a_weight()
    optimizer.build([weight])
    assert guard_in_place(optimizer)
    step(optimizer, [0.5, 0.0])
    assert weight.numpy().tolist() == [0.0, -2.0]
