"""What is known of the model: its layers in data-flow order, and its outputs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Layer:
    """One leaf layer, the first time that it is called.

    Attributes:
        path: str, such as "encoder/dense_1".
        kind: str, class name, such as "Dense".
        role: "learnt" (kernels of Dense, Conv, Embedding, EinsumDense, recurrent and attention layers),
            "activation", "dropout", "normalization", "merge" (Add, Concatenate, ...), "pooling", "shape"
            (Flatten, Reshape, ...), "preprocessing" (Rescaling, Random..., ...) or "other".
        inputs: tuple of str, paths of the layers, or names of the inputs, that feed it.
        activation: str, such as "relu" or "linear"; "" where the layer has none; "custom" for a function
            without a known name.
        units: int, width of the output's last axis (filters of a convolution); 0 where it does not apply.
        input_units: int, width of what enters; 0 where unknown.
        output_shape: tuple, of one sample.
        parameters: int, weights in all.
        trainable_parameters: int.
        config: mapping, the numbers, strings and bools of `get_config()`.
        kernel_std: float, standard deviation of the kernel; NaN without one.
        fan_in, fan_out: int, of the kernel; 0 without one.
        initializer: str, class name of the kernel's initializer, such as "GlorotUniform"; "".
        identical_units: bool, whether all units of a kernel with more than one are equal.
        adapted: bool for a Normalization layer, None for others.
    """

    path: str = "dense"
    kind: str = "Dense"
    role: str = "learnt"
    inputs: tuple[str, ...] = ()
    activation: str = "relu"
    units: int = 64
    input_units: int = 64
    output_shape: tuple[int | None, ...] = (64,)
    parameters: int = 4160
    trainable_parameters: int = 4160
    config: Mapping[str, Any] = field(default_factory=dict)
    kernel_std: float = 0.125
    fan_in: int = 64
    fan_out: int = 64
    initializer: str = "GlorotUniform"
    identical_units: bool = False
    adapted: bool | None = None


@dataclass(frozen=True)
class Output:
    """One output of the model with its loss and metrics.

    Attributes:
        name: str.
        layer: str, path of the layer that gives it; "" where unknown.
        shape: tuple, of one sample.
        width: int, its last axis; 1 for a scalar.
        activation: str, what was applied last: "linear", "softmax", "sigmoid", "relu", ...
        learnt_layer: str, path of the last layer that learns before it (the readout).
        loss: str in snake case, such as "sparse_categorical_crossentropy", "mean_squared_error"; "custom" for
            a loss that is not Keras's own.
        from_logits: bool, or None where the loss has no such argument.
        loss_weight: float.
        metrics: tuple of str in snake case: "sparse_categorical_accuracy", "binary_accuracy", "mean_absolute_error",
            "accuracy" only when it was never resolved.
        weighted: bool, whether a loss function weights classes or focuses.
        label_smoothing: float, what the loss moves labels towards equal shares by.
        ignore_class: int, the class id that the loss leaves out; None without one.
        low, high: float, what the output cannot leave whatever the weights are; infinite where nothing bounds it.
        bounded_by: str, the path of the layer that bounds it, or what does in words; "" without bounds.
    """

    name: str = "output"
    layer: str = "readout"
    shape: tuple[int | None, ...] = (10,)
    width: int = 10
    activation: str = "softmax"
    learnt_layer: str = "readout"
    loss: str = "sparse_categorical_crossentropy"
    from_logits: bool | None = False
    loss_weight: float = 1.0
    metrics: tuple[str, ...] = ("sparse_categorical_accuracy",)
    weighted: bool = False
    label_smoothing: float = 0.0
    ignore_class: int | None = None
    low: float = -math.inf
    high: float = math.inf
    bounded_by: str = ""


@dataclass(frozen=True)
class Structure:
    """The model.

    Attributes:
        kind: "functional", "sequential" or "subclassed".
        layers: tuple of `Layer`, in data-flow order.
        parameters, trainable_parameters: int.
        trainable_variables: int.
    """

    kind: str = "sequential"
    layers: tuple[Layer, ...] = ()
    parameters: int = 10_000
    trainable_parameters: int = 10_000
    trainable_variables: int = 4

    def layer(self, path: str) -> Layer | None:
        """Returns the layer of a path."""
        return next((layer for layer in self.layers if layer.path == path), None)

    def consumers(self, path: str) -> tuple[Layer, ...]:
        """Returns the layers that take the output of a layer, or an input."""
        return tuple(layer for layer in self.layers if path in layer.inputs)
