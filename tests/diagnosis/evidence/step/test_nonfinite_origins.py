"""Where a NaN comes from."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.nonfinite_origins import nonfinite_origin

X = np.random.default_rng(0).uniform(0.5, 1, (8, 4)).astype("float32")
Y = np.full((8, 1), 0.5, "float32")


def model_of(*inside, loss="mse", **arguments):
    model = keras.Sequential([keras.Input((4,)), *inside])
    model.compile("sgd", loss, **arguments)
    return model


def spoiled(array, row, value=np.nan):
    array = array.copy()
    array[row] = value
    return array


def test_a_sound_model_has_none():
    assert nonfinite_origin(model_of(layers.Dense(3, "relu"), layers.Dense(1)), Batch(X, Y), 0) is None


def test_inputs_labels_and_weights_come_first():
    model = model_of(layers.Dense(3, name="a"), layers.Dense(1, name="b"))
    found = nonfinite_origin(model, Batch(spoiled(X, 2), Y), -1)
    assert (found.where, found.rows, found.step) == ("inputs", (2,), -1)
    found = nonfinite_origin(model, Batch(X, spoiled(Y, 3)), 0, index=5)
    assert (found.where, found.rows, found.batch) == ("labels", (3,), 5)
    model.get_layer("b").bias.assign([np.inf])
    found = nonfinite_origin(model, Batch(X, Y), 0)
    assert (found.where, found.layer, found.variable.endswith("b/bias")) == ("weights", "b", True)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_the_first_layer_the_rows_and_the_operation(jit_compile):
    model = model_of(layers.Lambda(ops.log, name="log"), layers.Dense(1, name="out"), jit_compile=jit_compile)
    found = nonfinite_origin(model, Batch(spoiled(X, 6, 0.0), Y), 3)
    assert (found.where, found.layer, found.rows, found.operation, found.step) == (
        "activations",
        "log",
        (6,),
        "log of 0",
        3,
    )


def test_large_numbers_that_overflow_in_a_layer():
    large = keras.initializers.Constant(1e30)
    model = model_of(
        layers.Dense(3, kernel_initializer=large, name="a"), layers.Dense(1, kernel_initializer=large, name="b")
    )
    found = nonfinite_origin(model, Batch(X, Y), 0)
    assert (found.layer, found.rows) == ("b", tuple(range(8)))
    assert found.operation.startswith("MatMul of values up to ")


def test_the_loss_and_the_rows_that_alone_make_it_so():
    model = model_of(layers.Dense(1, use_bias=False), loss=lambda y, p: ops.mean(ops.log(y) + p, axis=-1))
    found = nonfinite_origin(model, Batch(X, spoiled(Y, 4, 0.0)), 0)
    assert (found.where, found.layer, found.rows, found.operation) == ("loss", "", (4,), "log of 0")


def test_gradients_are_followed_back_from_the_loss():
    norm = layers.Lambda(lambda v: ops.sqrt(ops.sum(v**2, axis=-1, keepdims=True)), name="norm")
    model = model_of(layers.Dense(2, name="a"), norm, layers.Dense(1, name="b"))
    found = nonfinite_origin(model, Batch(spoiled(X, 1, 0.0), Y), 0)
    assert (found.where, found.layer, found.rows) == ("gradients", "norm", (1,))
    assert found.variable.endswith("a/kernel")
    assert found.operation == "slope of a square root at 0"
