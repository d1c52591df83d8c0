"""Roles and activations of layers."""

import keras
import pytest
from keras import layers

from keras_stable.diagnosis.evidence.model.layer_kinds import activation, is_leaf, role
from keras_stable.layers import FeatureNormalization

CASES = [
    (layers.LSTM(3), "learnt", "tanh"),
    (layers.Bidirectional(layers.GRU(3)), "learnt", "tanh"),
    (layers.TimeDistributed(layers.Dense(3, "relu")), "learnt", "relu"),
    (layers.TimeDistributed(layers.Flatten()), "shape", ""),
    (layers.RNN([layers.LSTMCell(2), layers.SimpleRNNCell(2, activation="relu")]), "learnt", "relu"),
    (layers.Dense(3, activation=layers.LeakyReLU()), "learnt", "leaky_relu"),
    (layers.Dense(3), "learnt", "linear"),
    (layers.Embedding(3, 2), "learnt", ""),
    (layers.SpectralNormalization(layers.Dense(2)), "learnt", "linear"),
    (layers.BatchNormalization(), "normalization", ""),
    (layers.Normalization(), "normalization", ""),
    (FeatureNormalization(), "normalization", ""),
    (layers.Rescaling(2.0), "preprocessing", ""),
    (layers.ReLU(negative_slope=0.1), "activation", "leaky_relu"),
    (layers.Activation("tanh"), "activation", "tanh"),
    (layers.GaussianNoise(0.1), "dropout", ""),
    (layers.GlobalAveragePooling1D(), "pooling", ""),
    (layers.Add(), "merge", ""),
    (layers.Flatten(), "shape", ""),
    (layers.Identity(), "other", ""),
]


@pytest.mark.parametrize(("layer", "expected", "name"), CASES, ids=lambda each: getattr(each, "name", str(each)))
def test_role_and_activation(layer, expected, name):
    assert role(layer) == expected
    assert activation(layer) == name
    assert is_leaf(layer, None)


def test_the_operations_tell_what_a_lambda_and_an_own_layer_do():
    assert (role(layers.Lambda(abs), ["Relu"]), activation(layers.Lambda(abs), ["Relu"])) == ("activation", "relu")
    assert role(layers.Lambda(abs), ["Reshape"]) == "shape"
    assert role(layers.Lambda(abs), ["Mul"]) == "other"

    class Own(layers.Layer):
        def build(self, shape):
            self.inner = layers.Dense(2)
            self.w = self.add_weight(shape=(shape[-1], 2))

        def call(self, x):
            return keras.ops.relu(x @ self.w) + self.inner(x)

    own = Own()
    own(keras.ops.ones((1, 3)))
    assert is_leaf(own, None)
    assert role(own, ["MatMul", "Relu"]) == "learnt"
    assert activation(own, ["Exp", "MatMul", "Relu"]) == "relu"
    assert activation(own, ["Exp", "MatMul", "BiasAdd"]) == "linear"


def test_a_block_without_weights_of_its_own_is_no_leaf():
    assert not is_leaf(keras.Sequential([layers.Dense(2)]), None)
