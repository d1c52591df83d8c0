import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.copying.model_copy import copy_model
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.output_shares import output_gradients, scaled_gradients
from keras_stable.diagnosis.rule import Skip

X = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")
Y = [X[:, :1], 5 * X[:, 1:2]]


def two_headed(shared=True, weights=(1.0, 1.0), penalty=None):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(4, kernel_regularizer=penalty)(inputs)
    other = hidden if shared else keras.layers.Dense(4)(inputs)
    model = keras.Model(inputs, [keras.layers.Dense(1, name="a")(hidden), keras.layers.Dense(1, name="b")(other)])
    model.compile("sgd", ["mse", "mse"], loss_weights=list(weights))
    return copy_model(model)


def test_the_gradient_of_each_in_what_both_reach():
    (a, b), shared = output_gradients(two_headed(), [Batch(X, Y)])
    assert shared == 2
    (weighted, same), _ = output_gradients(two_headed(weights=(3.0, 1.0)), [Batch(X, Y)])
    assert weighted == pytest.approx(3 * a, rel=1e-4)
    assert same == pytest.approx(b, rel=1e-4)
    assert b > a


def test_penalties_belong_to_no_output():
    plain, _ = output_gradients(two_headed(), [Batch(X, Y)])
    penalized, _ = output_gradients(two_headed(penalty=keras.regularizers.L2(10.0)), [Batch(X, Y)])
    assert penalized == pytest.approx(plain, rel=1e-3)


def test_outputs_that_share_nothing():
    with pytest.raises(Skip, match="share a variable"):
        output_gradients(two_headed(shared=False), [Batch(X, Y)])


def test_gradients_are_scaled_as_by_other_weights_and_losses_stay():
    model, weighted = two_headed(), two_headed(weights=(0.1, 1.0))
    with scaled_gradients(model, [0.1, 1.0]):
        logs = model.train_on_batch(X, Y, return_dict=True)
    weighted.train_on_batch(X, Y)
    for one, other in zip(model.trainable_variables, weighted.trainable_variables, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-4, atol=1e-6)
    assert "compute_loss" not in vars(model)
    assert logs["loss"] == pytest.approx(two_headed().train_on_batch(X, Y, return_dict=True)["loss"])
