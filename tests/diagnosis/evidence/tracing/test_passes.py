"""Layers in data-flow order, for every kind of model."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from keras_stable.diagnosis.evidence.tracing.graph_tracing import tracer
from keras_stable.diagnosis.evidence.tracing.passes import trace

X = np.linspace(-1, 1, 32, dtype="float32").reshape(8, 4)


def flow(found):
    return {call.path: (call.role, call.activation, call.inputs) for call in found.calls}


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.last = (
            layers.Dense(6, name="a"),
            layers.Dense(6, name="b"),
            layers.Dense(3, name="c"),
        )

    @tf.function
    def call(self, x, training=False):
        hidden = tf.nn.relu(self.first(x))
        return tf.nn.softmax(self.last(hidden + tf.nn.silu(tf.reshape(self.second(hidden), (-1, 6)))))


def test_operations_between_the_layers_of_a_subclassed_model_are_seen():
    found = trace(Subclassed(), X)
    assert flow(found) == {
        "a": ("learnt", "linear", ("input",)),
        "a/relu": ("activation", "relu", ("a",)),
        "b": ("learnt", "linear", ("a/relu",)),
        "b/silu": ("activation", "silu", ("b",)),
        "add": ("merge", "", ("a/relu", "b/silu")),
        "c": ("learnt", "linear", ("add",)),
        "c/softmax": ("activation", "softmax", ("c",)),
    }
    assert found.output_paths == {"output": "c/softmax"}


def test_a_functional_model_with_nested_and_shared_layers():
    one, two = keras.Input((4,), name="one"), keras.Input((4,), name="two")
    shared = layers.Dense(3, name="shared")
    encoder = keras.Sequential([layers.Dense(4, "tanh", name="d"), layers.Dropout(0.5, name="drop")], name="encoder")
    joined = layers.Concatenate(name="join")([shared(one), shared(two), encoder(one / 10.0)])
    model = keras.Model([one, two], [layers.Dense(1, name="left")(joined), keras.ops.gelu(joined)])
    found = trace(model, [X, X])
    places = flow(found)
    assert places["encoder/d"] == ("learnt", "tanh", ("one",))
    assert places["encoder/drop"] == ("dropout", "", ("encoder/d",))
    assert places["join"][2] == ("shared", "encoder/drop")
    assert list(found.output_paths.values()) == ["left", "join/gelu"]
    assert [call.path for call in found.calls].count("shared") == 2
    np.testing.assert_allclose(found.answer[0], model([X, X])[0], rtol=1e-6)


def test_a_layer_that_does_nothing_is_a_place_of_its_own():
    entry = keras.Input((4,))
    hidden = layers.Dense(4, name="hidden")(entry)
    dropped = layers.Dropout(0.5, name="drop")(hidden)
    model = keras.Model(entry, layers.Dense(1, name="out")(layers.Add(name="sum")([hidden, dropped])))
    assert flow(trace(model, X))["sum"][2] == ("hidden", "drop")


def test_a_model_that_owns_its_weights_is_a_layer():
    class Own(keras.Model):
        def build(self, shape):
            self.w = self.add_weight(shape=(shape[-1], 1), name="w")

        def call(self, x):
            return tf.sigmoid(x @ self.w)

    assert flow(trace(Own(name="own"), X)) == {"own": ("learnt", "sigmoid", ("input",))}


def test_keras_is_put_back_also_when_the_model_raises():
    before = keras.layers.Layer.__call__
    model = keras.Sequential([layers.Lambda(lambda x: 1 / 0)])
    for _ in range(2):
        try:
            trace(model, X)
        except ZeroDivisionError:
            continue
    assert keras.layers.Layer.__call__ is before
    assert not tf.config.functions_run_eagerly()


def test_a_recurrent_model_gives_the_same_in_a_graph():
    words = np.arange(24).reshape(4, 6) % 7
    model = keras.Sequential([layers.Embedding(7, 3, mask_zero=True), layers.LSTM(4), layers.Dense(1, "sigmoid")])
    model(words)
    eager, run = trace(model, words), tracer(model)
    for _ in range(2):
        found = run(words)
        assert flow(found) == flow(eager)
        for one, other in zip(found.calls, eager.calls, strict=True):
            np.testing.assert_allclose(one.given[0], other.given[0], atol=1e-6)
    assert run(words[:3]).answer.shape == (3, 1)


def test_what_only_a_penalty_is_computed_from_is_no_layer():
    class Penalized(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = layers.Dense(1, name="out")

        def call(self, x):
            answer = self.out(x)
            self.add_loss(keras.ops.mean(keras.ops.exp(answer) - answer * x))
            return answer

    assert list(flow(trace(Penalized(), X))) == ["out"]
