"""The private names of Keras are the ones that are known, and Keras calls them."""

import keras
import pytest
import tensorflow as tf

import keras_stable
from keras_stable import errors
from keras_stable.optimizers import keras_hooks


@pytest.mark.parametrize("version", ["3.14.2", "3.16.0", "4.0.0"])
def test_another_keras_is_refused_at_construction(version, monkeypatch):
    monkeypatch.setattr(keras, "__version__", version)
    with pytest.raises(errors.UnsupportedKerasError, match=f"needs Keras 3.15. Received: keras=={version}"):
        keras_stable.optimizers.AdamW()


def test_a_missing_hook_is_refused():
    class Other:
        def _clip_gradients(self, grads):
            return grads

    with pytest.raises(errors.UnsupportedKerasError, match=r"Other\._all_reduce_sum_gradients"):
        keras_hooks.check_keras(Other)


def test_keras_calls_every_hook(monkeypatch):
    called = []
    for name in ("_clip_gradients", "_all_reduce_sum_gradients"):
        original = getattr(keras_hooks.KerasHooks, name)

        def spy(self, argument, name=name, original=original):
            called.append(name)
            return original(self, argument)

        monkeypatch.setattr(keras_hooks.KerasHooks, name, spy)
    inner = keras_stable.optimizers.SGD(0.1)
    monkeypatch.setattr(inner, "record_skipped_step", lambda: called.append("skipped"), raising=True)
    optimizer = keras.optimizers.LossScaleOptimizer(inner)
    optimizer.build([keras.Variable([1.0], name="weight")])
    optimizer.apply([tf.constant([1.0])])
    optimizer.apply([tf.constant([float("inf")])])
    assert called == ["_clip_gradients", "_all_reduce_sum_gradients", "skipped"]


def test_a_loss_scale_optimizer_around_another_optimizer_still_works():
    keras_hooks.adapt_loss_scale_optimizer()
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1), initial_scale=8.0)
    weight = keras.Variable([1.0], name="weight")
    optimizer.build([weight])
    optimizer.apply([tf.constant([float("nan")])])
    assert (float(weight[0]), float(optimizer.dynamic_scale)) == (1.0, 4.0)
