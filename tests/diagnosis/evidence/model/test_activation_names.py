"""Names of activation functions and of chains of operations."""

import keras
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.model.activation_names import function_name, operations_name
from keras_stable.diagnosis.evidence.tracing.provenance import each_operation

NAMES = ["relu", "relu6", "leaky_relu", "elu", "gelu", "silu", "mish", "tanh", "sigmoid", "hard_sigmoid", "softmax"]


@pytest.mark.parametrize("name", NAMES)
def test_keras_functions_are_known_by_object_by_value_and_by_operations(name):
    function = getattr(keras.activations, name)
    assert function_name(function) == name
    assert function_name(lambda x: function(x)) == name
    kinds = []
    x = tf.random.normal((4, 3))

    def note(kind, inputs, outputs):
        name = kind.decode() if isinstance(kind, bytes) else kind
        kinds.append("Product" if name == "Mul" and sum(each.shape == x.shape for each in inputs) > 1 else name)

    with each_operation(note):
        function(x)
    assert operations_name(kinds) == name


@pytest.mark.parametrize("function", [lambda x: x * 2, tf.sin, "no function", lambda x: x[:, :1]])
def test_unknown_functions_are_custom(function):
    assert function_name(function) == "custom"


def test_what_only_moves_or_scales_has_no_name():
    assert operations_name(["Reshape", "Mul", "MatMul", "BiasAdd", "Mean"]) == ""
    assert operations_name(["Relu", "Reshape", "Softmax"]) == "softmax"
