"""Layer outputs."""

import math

import keras
import numpy as np
from keras import layers

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.tracing.layer_outputs import activations
from keras_stable.diagnosis.evidence.tracing.recording import record

X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")


def test_dead_and_saturated_units_of_hidden_layers():
    model = keras.Sequential(
        [layers.Dense(6, "relu", name="r"), layers.Dense(4, "tanh", name="t"), layers.Dense(1, "sigmoid", name="out")]
    )
    model(X)
    model.get_layer("r").bias.assign([-1e3, -1e3, -1e3, 50.0, 50.0, 50.0])
    model.get_layer("t").bias.assign([1e4, -1e4, 0, 0])
    model.get_layer("t").kernel.assign(model.get_layer("t").kernel * [1.0, 1.0, 1e-4, 1e-4])
    model.get_layer("out").bias.assign([100.0])
    relu, tanh, out = activations(record(model, [Batch(X[:16], X), Batch(X[16:], X)]))
    assert (relu.dead, tanh.saturated) == (0.5, 0.5)
    assert math.isnan(relu.saturated)
    assert math.isnan(tanh.dead)
    assert math.isnan(out.saturated)
    exact = model.get_layer("r")(X).numpy().astype("float64")
    np.testing.assert_allclose([relu.mean, relu.std, relu.maximum], [exact.mean(), exact.std(), exact.max()], rtol=1e-6)


def test_a_relu_between_the_layers_counts_and_so_do_values_that_are_not_finite():
    entry = keras.Input((4,))
    hidden = keras.ops.relu(layers.Dense(3, bias_initializer=keras.initializers.Constant(-1e6), name="d")(entry))
    model = keras.Model(entry, layers.Dense(1, name="out")(hidden))
    x = X.copy()
    x[5] = np.inf
    dense, relu, out = activations(record(model, [Batch(x, x)]))
    assert (dense.input_nonfinite, dense.nonfinite_rows) == (4, (5,))
    assert (relu.path, relu.kind, relu.role) == ("d/relu", "Relu", "activation")
    assert out.nonfinite == 1
    assert activations(record(model, [Batch(X, X)]))[1].dead == 1.0
