"""A pass in a graph tells the numbers of an eager one."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.tracing.graph_tracing import recurrent, tracer
from keras_stable.diagnosis.evidence.tracing.passes import trace

layers = keras.layers
RNG = np.random.default_rng(0)


def model_of(*hidden, shape=(6, 3), **compiled):
    model = keras.Sequential([keras.Input(shape), *hidden])
    model.compile("sgd", "mse", **compiled)
    return model


def masked_model():
    keras.utils.set_random_seed(0)
    return model_of(layers.Masking(), layers.SimpleRNN(4), layers.Dense(2, "tanh", name="head"))


def padded(rows, steps=6):
    x = RNG.normal(size=(rows, steps, 3)).astype("float32")
    x[:, steps - 2 :] = 0.0
    return x


def test_numbers_masks_and_paths_are_those_of_an_eager_pass():
    model, x = masked_model(), padded(5)
    graph, eager = tracer(model)(x), trace(model, x)
    assert [(call.path, call.kind, call.inputs) for call in graph.calls] == [
        (call.path, call.kind, call.inputs) for call in eager.calls
    ]
    for one, other in zip(graph.calls, eager.calls, strict=True):
        for field in ("entered", "given", "mask"):
            for tensor, expected in zip(getattr(one, field), getattr(other, field), strict=True):
                np.testing.assert_allclose(tensor, expected, rtol=1e-5, atol=1e-6, err_msg=f"{one.path} {field}")
    np.testing.assert_allclose(graph.answer, eager.answer, rtol=1e-5, atol=1e-6)
    assert graph.output_paths == eager.output_paths
    np.testing.assert_array_equal(next(iter(graph.inputs.values())), x)
    np.testing.assert_array_equal(next(iter(graph.outputs.values())), graph.answer)


def test_all_are_numbers():
    call = tracer(masked_model())(padded(2)).calls[-1]
    assert all(tf.is_tensor(tensor) and hasattr(tensor, "numpy") for tensor in (*call.entered, *call.given))


def test_passes_follow_the_rows_that_they_are_given():
    model = masked_model()
    run = tracer(model)
    for rows, steps in ((5, 6), (2, 6), (5, 6)):
        x = padded(rows, steps)
        np.testing.assert_allclose(run(x).answer, model(x), rtol=1e-5, atol=1e-6)


def test_the_weights_of_each_pass_are_those_at_its_time():
    model, x = masked_model(), padded(3)
    run = tracer(model)
    run(x)
    model.get_layer("head").bias.assign([5.0, -5.0])
    np.testing.assert_allclose(run(x).answer, model(x), rtol=1e-5, atol=1e-6)


def test_passes_of_one_shape_are_traced_once():
    traced = []

    class Counting(layers.Layer):
        def call(self, x):
            traced.append(x)
            return x

    run = tracer(model_of(Counting(), layers.SimpleRNN(2)))
    traced.clear()
    for _ in range(3):
        run(padded(4))
    assert len(traced) == 1


def test_dropout_is_off():
    model = model_of(layers.Dropout(0.9), layers.SimpleRNN(2))
    x = padded(4)
    np.testing.assert_allclose(tracer(model)(x).answer, model(x, training=False), rtol=1e-5)


def test_a_model_that_was_not_built_is_built_first():
    model = keras.Sequential([layers.SimpleRNN(2), layers.Dense(1)])
    model.compile("sgd", "mse")
    x = padded(4)
    np.testing.assert_allclose(tracer(model)(x).answer, model(x), rtol=1e-5)


def test_a_model_without_a_loop_over_time_is_passed_eagerly():
    model = model_of(layers.Dense(2), shape=(3,))
    x = RNG.normal(size=(4, 3)).astype("float32")
    np.testing.assert_array_equal(tracer(model)(x).answer, model(x))


@pytest.mark.parametrize(
    ("hidden", "compiled", "expected"),
    [
        ((layers.GRU(2),), {}, True),
        ((layers.Bidirectional(layers.LSTM(2)),), {}, True),
        ((keras.Sequential([layers.SimpleRNN(2)]),), {}, True),
        ((layers.Conv1D(2, 3),), {}, False),
        ((layers.TimeDistributed(layers.Dense(2)),), {}, False),
        ((layers.GRU(2),), {"run_eagerly": True}, False),
    ],
)
def test_which_models_loop_over_time(hidden, compiled, expected):
    assert recurrent(model_of(*hidden, **compiled)) is expected
