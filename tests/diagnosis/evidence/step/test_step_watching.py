import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.copying.model_copy import copy_model
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.step_watching import recorded_applies, watched_step

RNG = np.random.default_rng(0)
BATCH = Batch(RNG.normal(size=(8, 3)).astype("float32"), RNG.normal(size=(8, 1)).astype("float32"))


class Own(keras.Model):
    """A step with a loss that `compile` knows nothing of, for a part of its variables, inside a `tf.function`."""

    def __init__(self, scaled=False):
        super().__init__()
        self.hidden, self.unused, self.answer = (keras.layers.Dense(n) for n in (4, 5, 1))
        self.scaled = scaled

    def call(self, x):
        self.unused(x)
        return self.answer(self.hidden(x))

    @tf.function
    def train_step(self, data):
        x, y = data
        handed = self.hidden.trainable_variables + self.answer.trainable_variables
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.abs(y - self(x)) ** 1.5)
            scaled = self.optimizer.scale_loss(loss)
        self.optimizer.apply_gradients(zip(tape.gradient(scaled, handed), handed, strict=True))
        return {"compile_metrics": {"own_loss": loss}}


def own(optimizer="sgd"):
    keras.utils.set_random_seed(0)
    model = Own()
    model(BATCH.x)
    model.compile(optimizer)
    return copy_model(model)


def test_what_is_handed_over_is_seen_and_not_applied():
    model = own()
    before = [variable.numpy() for variable in model.variables]
    step = watched_step(model, BATCH)
    for value, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(value, variable.numpy())
    [applied] = step.applied
    handed = model.hidden.trainable_variables + model.answer.trainable_variables
    assert [variable.path for variable in applied.variables] == [variable.path for variable in handed]
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.abs(BATCH.y - model(BATCH.x)) ** 1.5)
    for one, other in zip(tape.gradient(loss, handed), applied.gradients, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)
    assert step.logs == {"own_loss": pytest.approx(float(loss))}


def test_afterwards_the_optimizer_applies_again():
    model = own()
    watched_step(model, BATCH)
    before = model.answer.kernel.numpy()
    model.train_step((BATCH.x, BATCH.y))
    assert np.abs(model.answer.kernel.numpy() - before).max() > 0
    assert not tf.config.functions_run_eagerly()


def test_the_scale_of_the_loss_is_taken_out():
    plain = watched_step(own(), BATCH).applied[0].gradients
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(), initial_scale=1024.0)
    scaled = watched_step(own(optimizer), BATCH).applied[0].gradients
    for one, other in zip(plain, scaled, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4)


def test_without_any_gradient_it_raises_as_the_optimizer_does():
    model = own()
    variables = model.answer.trainable_variables
    with recorded_applies([model.optimizer]), pytest.raises(ValueError, match="No gradients provided"):
        model.optimizer.apply([None, None], variables)
