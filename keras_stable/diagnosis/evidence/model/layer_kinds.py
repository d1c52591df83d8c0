"""What a layer is: a leaf or a box of layers, its role, its activation."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_stable.diagnosis.evidence.model import activation_names
from keras_stable.diagnosis.evidence.model.names import sublayers
from keras_stable.keras_private import home_in_keras

_ROLES = {
    "activations": "activation",
    "convolutional": "learnt",
    "rnn": "learnt",
    "attention": "learnt",
    "merging": "merge",
    "normalization": "normalization",
    "pooling": "pooling",
    "preprocessing": "preprocessing",
    "regularization": "dropout",
    "reshaping": "shape",
}
# An older Keras has no ReversibleEmbedding.
_LEARNT_NAMES = ("Dense", "EinsumDense", "Embedding", "ReversibleEmbedding")
_LEARNT = tuple(getattr(keras.layers, name) for name in _LEARNT_NAMES if hasattr(keras.layers, name))
_ACTIVATIONS = {"Softmax": "softmax", "ELU": "elu", "LeakyReLU": "leaky_relu", "PReLU": "prelu"}


def is_leaf(layer: keras.layers.Layer, root: keras.Model) -> bool:
    """Returns whether a layer is a leaf: it holds no layers, is Keras's own, or owns weights beside its layers."""
    if not sublayers(layer):
        return True
    if layer is root or isinstance(layer, keras.Model):
        return False
    return bool(family(layer)) or bool(own_weights(layer))


def own_weights(layer: keras.layers.Layer) -> list[keras.Variable]:
    """Returns the weights that a layer owns itself."""
    inside = {id(weight) for inner in sublayers(layer) for weight in inner.weights}
    return [weight for weight in layer.weights if id(weight) not in inside]


def family(layer: Any) -> str:
    """Returns the family of Keras layers that a layer's class belongs to: "core", "rnn", ...; "" for a custom class."""
    for base in type(layer).__mro__:
        home = home_in_keras(base)
        if home[:1] == ["layers"] and len(home) > 2:
            return home[1]
    return ""


def role(layer: keras.layers.Layer, operations: Sequence[str] = (), inputs: int = 1) -> str:
    """Returns the role of a leaf layer, as in `facts.Layer.role`.

    Args:
        layer: the leaf.
        operations: the TensorFlow operations that it ran, which tell the role of a user's own layer.
        inputs: int, how many tensors entered.
    """
    group = family(layer)
    if isinstance(layer, keras.layers.Wrapper):
        return role(layer.layer, operations, inputs)
    if isinstance(layer, keras.layers.Normalization):
        return "normalization"
    if isinstance(layer, keras.layers.ActivityRegularization):
        return "other"
    if isinstance(layer, keras.layers.Lambda) or not group:
        return _role_of_own(layer, operations, inputs)
    if group == "core":
        return "learnt" if isinstance(layer, _LEARNT) else "other"
    if group == "attention" and not layer.weights:
        return "merge"
    return _ROLES.get(group, "other")


def _role_of_own(layer: keras.layers.Layer, operations: Sequence[str], inputs: int) -> str:
    if layer.weights:
        return "normalization" if "norm" in type(layer).__name__.lower() else "learnt"
    if inputs > 1:
        return "merge"
    if activation_names.operations_name(operations):
        return "activation"
    if activation_names.pools(operations):
        return "pooling"
    return "shape" if activation_names.only_moves(operations) else "other"


def activation(layer: Any, operations: Sequence[str] = ()) -> str:
    """Returns the activation of a leaf layer, as in `facts.Layer.activation`."""
    for kind, name in _ACTIVATIONS.items():
        if isinstance(layer, getattr(keras.layers, kind)):
            return name
    if isinstance(layer, keras.layers.ReLU):
        return _relu(layer)
    if isinstance(layer, keras.layers.Lambda) or not family(layer):
        return _activation_of_own(layer, operations)
    inner = _inner(layer)
    if inner is not None:
        return activation(inner, operations)
    function = getattr(layer, "activation", "")
    if function == "":
        return ""
    return (
        activation(function) if isinstance(function, keras.layers.Layer) else activation_names.function_name(function)
    )


def _activation_of_own(layer: keras.layers.Layer, operations: Sequence[str]) -> str:
    if not layer.weights:
        return activation_names.operations_name(operations)
    if not operations:
        return "custom"
    return activation_names.operations_name(activation_names.after_contraction(operations)) or "linear"


def _inner(layer: Any) -> Any:
    """Returns the layer or cell inside a wrapper or a recurrent layer; None without one."""
    if isinstance(layer, keras.layers.Bidirectional):
        return layer.forward_layer
    if isinstance(layer, keras.layers.Wrapper):
        return layer.layer
    if isinstance(layer, keras.layers.RNN):
        return layer.cell
    return layer.cells[-1] if isinstance(layer, keras.layers.StackedRNNCells) else None


def _relu(layer: keras.layers.ReLU) -> str:
    if layer.negative_slope:
        return "leaky_relu"
    if layer.threshold:
        return "custom"
    return "relu6" if layer.max_value == 6 else "relu"
