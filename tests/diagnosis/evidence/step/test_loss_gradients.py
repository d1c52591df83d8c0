"""Gradients against a plain tape."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.loss_gradients import gradients
from keras_stable.diagnosis.evidence.tracing.layers import structure
from keras_stable.diagnosis.evidence.tracing.recording import record
from keras_stable.diagnosis.rule import Skip

X = np.random.default_rng(0).normal(size=(12, 4)).astype("float32")
Y = np.random.default_rng(1).normal(size=(12, 1)).astype("float32")


def measured(model, x=X, y=Y, weight=None):
    batches = [Batch(x[:6], y[:6], weight), Batch(x[6:], y[6:], weight)]
    return gradients(model, batches, structure(record(model, batches)))


def model_of(*inside, loss="mse", optimizer="sgd"):
    model = keras.Sequential([keras.Input((4,)), *inside])
    model.compile(optimizer, loss)
    return model


def test_norms_with_penalty_and_sample_weights():
    model = model_of(
        layers.Dense(3, "tanh", name="a"), layers.Dense(1, kernel_regularizer=keras.regularizers.L2(0.5), name="b")
    )
    weight = np.linspace(0, 2, 6).astype("float32")
    found = measured(model, weight=weight)
    variables = model.trainable_variables
    for place, rows in enumerate((slice(0, 6), slice(6, 12))):
        with tf.GradientTape(persistent=True) as tape:
            data = tf.reduce_mean(weight * tf.reduce_mean((model(X[rows]) - Y[rows]) ** 2, -1))
            penalty = 0.5 * tf.reduce_sum(variables[2] ** 2)
            total = data + penalty
        expected = [np.linalg.norm(each) for each in tape.gradient(total, [v.value for v in variables])]
        np.testing.assert_allclose([each.norms[place] for each in found.variables], expected, rtol=1e-4)
        np.testing.assert_allclose(found.global_norms[place], np.linalg.norm(expected), rtol=1e-4)
    np.testing.assert_allclose(found.penalty_norm, np.linalg.norm(variables[2]), rtol=1e-5)
    assert [(each.layer, each.part, each.depth) for each in found.variables][1:3] == [
        ("a", "encoder", 0),
        ("b", "readout", 1),
    ]
    assert found.variables[0].weight_norm == pytest.approx(float(np.linalg.norm(variables[0])))
    assert found.variables[0].path == variables[0].path


def test_disconnected_zero_and_nonfinite():
    entry = keras.Input((4,))
    hidden = layers.Dense(3, "relu", bias_initializer=keras.initializers.Constant(-1e3), name="dead")(entry)
    cut = keras.layers.Lambda(lambda v: tf.stop_gradient(v))(layers.Dense(3, name="cut")(entry))
    model = keras.Model(entry, layers.Dense(1, name="out")(layers.Concatenate()([hidden, cut])))
    model.compile("sgd", "mse")
    found = {each.path: each for each in measured(model).variables}
    assert not found["cut/kernel"].received
    assert found["dead/kernel"].received
    assert found["dead/kernel"].zero
    assert not found["out/bias"].zero
    model.get_layer("out").bias.assign([np.nan])
    assert {each.path: each for each in measured(model).variables}["out/kernel"].nonfinite == 2


def test_rows_of_an_embedding_that_occur_twice_are_summed():
    model = keras.Sequential([layers.Embedding(50, 3), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    words = np.tile([[1, 1, 7]], (12, 1))
    found = measured(model, words)
    table = model.layers[0].embeddings
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(words[:6]) - Y[:6]) ** 2)
    exact = tf.convert_to_tensor(tape.gradient(loss, table.value)).numpy()
    assert found.variables[0].norms[0] == pytest.approx(np.linalg.norm(exact), rel=1e-5)
    assert found.variables[0].size == 150


def test_a_recurrent_model_runs_in_a_graph():
    model = keras.Sequential([layers.SimpleRNN(3), layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.ones((12, 4, 2), "float32")
    found = measured(model, x)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(x[:6]) - Y[:6]) ** 2)
    exact = tape.gradient(loss, [v.value for v in model.trainable_variables])
    np.testing.assert_allclose(
        [each.norms[0] for each in found.variables], [np.linalg.norm(each) for each in exact], rtol=1e-4
    )
    assert [each.depth for each in found.variables] == [0, 0, 0, 1, 1]


def test_small_gradients_survive_16_bits_where_the_loss_is_scaled():
    def tiny(y_true, y_pred):
        return keras.ops.mean(keras.ops.cast(y_pred, "float16") * 1e-7, axis=-1)

    def build(optimizer):
        model = keras.Sequential(
            [keras.Input((4,)), layers.Dense(3, dtype="mixed_float16"), layers.Dense(1, dtype="mixed_float16")]
        )
        model.compile(optimizer, tiny)
        return measured(model).variables[0]

    assert build("sgd").zero
    scaled = build(keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD()))
    assert not scaled.zero
    assert scaled.norms[0] < 1e-4


def test_an_own_loss_of_the_model_counts_and_something_must_be_trainable():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = layers.Dense(1)

        def call(self, x):
            return self.out(x)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            return 3.0 * keras.ops.sum(y_pred)

    model = Own()
    model.compile("sgd")
    assert measured(model).variables[1].norms == pytest.approx((18.0, 18.0))
    frozen = model_of(layers.Dense(1, trainable=False))
    with pytest.raises(Skip, match="no trainable"):
        measured(frozen)
