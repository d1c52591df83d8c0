"""The hooks of the gradient guard: known versions have them, and unknown ones are put to the check."""

import warnings

import keras
import pytest
import tensorflow as tf

import keras_stable
from keras_stable import errors
from keras_stable.optimizers import hook_check
from keras_stable.optimizers.gradient_guard import GradientGuard

Optimizer, Adam, LossScale = keras.optimizers.Optimizer, keras.optimizers.Adam, keras.optimizers.LossScaleOptimizer


@pytest.fixture
def untested(monkeypatch):
    """A Keras that calls itself by a version that nobody has tested."""
    hook_check._check_untested.cache_clear()
    monkeypatch.setattr(keras, "__version__", "3.99.1")
    yield
    hook_check._check_untested.cache_clear()


def test_the_installed_keras_is_tested_and_needs_no_check(monkeypatch):
    monkeypatch.setattr(hook_check, "mistakes", lambda: pytest.fail("a tested version was checked"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        keras_stable.optimizers.AdamW()


def test_an_untested_keras_that_works_is_warned_of_once(untested):
    with pytest.warns(UserWarning, match=r"tested with Keras 3\.10 to 3\.15, not with 3\.99\.1") as caught:
        keras_stable.optimizers.AdamW()
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        keras_stable.optimizers.SGD(0.1)
        keras_stable.optimizers.guard(keras.optimizers.RMSprop)()


def test_the_check_leaves_the_callers_scopes_and_names_alone(untested):
    keras.utils.clear_session()
    with tf.Graph().as_default(), pytest.warns(UserWarning, match="tested with Keras"):
        first = keras_stable.optimizers.SGD(0.1)
    assert first.name.lower() == "sgd"
    assert keras.Variable([1.0]).name == "variable"
    hook_check._check_untested.cache_clear()
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope(), pytest.warns(UserWarning, match="tested with Keras"):
        keras_stable.optimizers.SGD(0.1)


def clips_late(self, grads, variables, rate):
    for gradient, variable in zip(grads, variables, strict=True):
        self.update_step(gradient, variable, rate)
    self._clip_gradients(grads)


def scaled(original):
    def apply(self, grads, trainable_variables):
        return original(self, [gradient * (self.loss_scale_factor or 1) for gradient in grads], trainable_variables)

    return apply


def decays_first(original):
    def apply(self, grads, trainable_variables):
        self._apply_weight_decay(trainable_variables)
        return original(self, grads, trainable_variables)

    return apply


def sums_first(original):
    def apply(self, grads, trainable_variables):
        self._all_reduce_sum_gradients(list(zip(grads, trainable_variables, strict=True)))
        return original(self, grads, trainable_variables)

    return apply


def without_accumulation(original):
    def apply(self, grads, trainable_variables):
        self._clip_gradients(grads)
        return original(self, grads, trainable_variables)

    return apply


def unclipped_update(self, grads, trainable_variables, learning_rate):
    for variable in trainable_variables:
        self.update_step(tf.constant([7.0]), variable, learning_rate)


def moments_elsewhere(original):
    def update_step(self, *arguments):
        self._momentums, self._velocities = self._velocities, self._momentums
        original(self, *arguments)
        self._momentums, self._velocities = self._velocities, self._momentums

    return update_step


BACKEND, APPLY = "_backend_apply_gradients", Optimizer._backend_apply_gradients
BREAKS = {
    "the gradients are scaled": (Optimizer, BACKEND, scaled(APPLY), "unscaled"),
    "weights decay first": (Optimizer, BACKEND, decays_first(APPLY), "after something was updated"),
    "sums come first": (Optimizer, BACKEND, sums_first(APPLY), "is not called before the update"),
    "no clips": (Optimizer, BACKEND, lambda *arguments: None, "is not called before the update"),
    "no accumulation": (Optimizer, BACKEND, without_accumulation(APPLY), "_all_reduce_sum_gradients"),
    "no sums": (Optimizer, "_backend_update_step", lambda *arguments: None, "_all_reduce_sum_gradients"),
    "clips late": (Optimizer, "_backend_update_step", clips_late, "_all_reduce_sum_gradients"),
    "no loss scale hook": (LossScale, "_common_apply", lambda *arguments, **keywords: None, "not called for the steps"),
    "moments": (Adam, "update_step", moments_elsewhere(Adam.update_step), "_momentums"),
    "no index": (Optimizer, "_get_variable_index", lambda *arguments: 1 / 0, "fails: division by zero"),
}


@pytest.mark.parametrize("case", BREAKS)
def test_an_untested_keras_with_a_hook_that_is_called_otherwise_is_refused(case, untested, monkeypatch):
    owner, name, broken, says = BREAKS[case]
    monkeypatch.setattr(owner, name, broken)
    for _ in range(2):
        with pytest.raises(errors.UnsupportedKerasError, match=says) as raised:
            keras_stable.optimizers.AdamW()
        assert "\n" not in str(raised.value)
        assert "Received: keras==3.99.1" in str(raised.value)


def test_accumulated_gradients_must_come_to_the_clips_once(monkeypatch):
    original = Optimizer._backend_apply_gradients

    def apply(self, grads, trainable_variables):
        if self.gradient_accumulation_steps:
            self._clip_gradients(grads)
        return original(self, grads, trainable_variables)

    monkeypatch.setattr(Optimizer, BACKEND, apply)
    assert hook_check.mistakes() == ["`_clip_gradients` is not called once, with the mean of the accumulated gradients"]


def test_an_update_that_uses_other_gradients_is_found(monkeypatch):
    original = Optimizer._backend_update_step

    def update(self, grads, trainable_variables, learning_rate):
        self._all_reduce_sum_gradients(list(zip(grads, trainable_variables, strict=True)))
        if self.loss_scale_factor:
            unclipped_update(self, grads, trainable_variables, learning_rate)
        else:
            original(self, grads, trainable_variables, learning_rate)

    monkeypatch.setattr(Optimizer, "_backend_update_step", update)
    assert "the update does not use what the hooks returned" in hook_check.mistakes()


@pytest.mark.parametrize("name", ["_clip_gradients", "_all_reduce_sum_gradients"])
def test_a_missing_hook_is_refused_in_every_version(name, monkeypatch):
    class Other(GradientGuard):
        pass

    monkeypatch.setattr(Other, name, None, raising=False)
    with pytest.raises(errors.UnsupportedKerasError, match=rf"needs Other\.{name}, which this Keras lacks"):
        hook_check.check_keras(Other)


def test_a_missing_hook_for_loss_scaling_is_refused(monkeypatch):
    monkeypatch.setattr(LossScale, "_stateful_handle_non_finite_grads", None)
    with pytest.raises(errors.UnsupportedKerasError, match=r"LossScaleOptimizer\._stateful_handle_non_finite_grads"):
        keras_stable.optimizers.AdamW()


def test_another_backend_is_refused_at_construction(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(errors.UnsupportedKerasError, match="needs the TensorFlow backend of Keras.*backend='jax'"):
        keras_stable.optimizers.AdamW()
