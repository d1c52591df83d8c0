"""Names of activation functions: of Python functions, and of the TensorFlow operations that were run."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np


def _words(text: str) -> list[str]:
    return text.split()


_KNOWN = _words(
    "linear relu relu6 leaky_relu elu selu celu gelu silu mish softplus softsign tanh sigmoid hard_sigmoid hard_silu "
    "hard_tanh softmax log_softmax log_sigmoid exponential sparsemax tanh_shrink hard_shrink soft_shrink squareplus "
    "sparse_plus sparse_sigmoid"
)

# Operations that move numbers about or scale them by constants.
_LINEAR = frozenset(
    _words(
        "Identity IdentityN Cast Reshape ExpandDims Squeeze Transpose StridedSlice Slice Gather GatherV2 GatherNd "
        "BroadcastTo Tile Pad PadV2 MirrorPad Split SplitV Unpack Unstack Pack ConcatV2 Reverse ReverseV2 Roll Fill "
        "BiasAdd Add AddV2 AddN Sub Mul RealDiv Neg StopGradient PreventGradient Snapshot CheckNumerics DeepCopy "
        "ReadVariableOp AssignVariableOp AssignAddVariableOp ResourceGather Const Shape ShapeN Rank Size Range "
        "SpaceToBatchND BatchToSpaceND SpaceToDepth DepthToSpace ResizeBilinear ResizeNearestNeighbor ZerosLike "
        "OnesLike Prod ConcatOffset BroadcastArgs EnsureShape Placeholder VarHandleOp"
    )
)
_SCALING = frozenset(_words("BiasAdd Add AddV2 AddN Sub Mul RealDiv Neg"))
_POOLING = frozenset(_words("Mean Sum Max Min AvgPool AvgPool3D MaxPool MaxPool3D MaxPoolV2"))
CONTRACTIONS = frozenset(
    _words(
        "MatMul BatchMatMul BatchMatMulV2 Einsum Conv2D Conv3D DepthwiseConv2dNative Conv2DBackpropInput "
        "Conv3DBackpropInputV2 ResourceGather XlaDot"
    )
)
# Two tensors of the same origin multiplied with or divided by each other, as `x * sigmoid(x)` does.
PRODUCT = "Product"

_APPROXIMATE_GELU = "gelu approximate"

_SINGLE = {
    "Relu": "relu",
    "Relu6": "relu6",
    "LeakyRelu": "leaky_relu",
    "Elu": "elu",
    "Selu": "selu",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "Exp": "exponential",
}
_COMPOSED = {
    frozenset({"Sigmoid", PRODUCT}): "silu",
    frozenset({"Erf", PRODUCT}): "gelu",
    frozenset({"Erfc", PRODUCT}): "gelu",
    frozenset({"Tanh", "Pow", PRODUCT}): "gelu",
    frozenset({"Softplus", "Tanh", PRODUCT}): "mish",
    frozenset({"Relu6", PRODUCT}): "hard_silu",
    frozenset({"Maximum", "Minimum", "Expm1"}): "celu",
}


def function_name(function: Any) -> str:
    """Returns the name of an activation function, "linear" for None, and "custom" for one without a known name.

    A function that is not Keras's own is recognized by its values.

    >>> function_name(keras.ops.gelu), function_name(lambda x: keras.ops.maximum(x, 0.0)), function_name(np.sin)
    ('gelu', 'relu', 'custom')
    """
    if function is None:
        return "linear"
    functions = _functions()
    for name, candidate in functions.items():
        if function is candidate:
            return name
    values = _values(function)
    for name in functions:
        reference = _reference()[name]
        if values is not None and reference is not None and np.allclose(values, reference, rtol=1e-4, atol=1e-6):
            return name.removesuffix(" approximate")
    return "custom"


def operations_name(operations: Sequence[str]) -> str:
    """Returns the name of the activation that a chain of TensorFlow operations computes.

    "" for a chain that is linear or only pools, "custom" for one without a known name; of several activations in a
    row, the last.

    >>> operations_name(["Relu"]), operations_name(["Mul", "Erfc", PRODUCT]), operations_name(["Reshape", "Sqrt"])
    ('relu', 'gelu', 'custom')
    """
    bent = [operation for operation in operations if operation not in _LINEAR | _POOLING | CONTRACTIONS]
    if not bent:
        return ""
    if set(bent) == {"Relu6"} and "AddV2" in operations:
        return "hard_sigmoid"
    if frozenset(bent) in _COMPOSED:
        return _COMPOSED[frozenset(bent)]
    if all(operation in _SINGLE for operation in bent):
        return _SINGLE[bent[-1]]
    return "custom"


def after_contraction(operations: Sequence[str]) -> list[str]:
    """Returns the operations that come after the last product with a kernel; all of them without one."""
    positions = [index for index, operation in enumerate(operations) if operation in CONTRACTIONS]
    return list(operations[positions[-1] + 1 :] if positions else operations)


def only_moves(operations: Sequence[str]) -> bool:
    """Returns whether the operations leave every number as it is."""
    return all(operation in _LINEAR and operation not in _SCALING for operation in operations)


def pools(operations: Sequence[str]) -> bool:
    """Returns whether one of the operations is a mean, sum or maximum."""
    return any(operation in _POOLING for operation in operations)


@functools.cache
def _functions() -> dict[str, Callable[[Any], Any]]:
    functions = {name: getattr(keras.activations, name) for name in _KNOWN if hasattr(keras.activations, name)}
    return functions | {_APPROXIMATE_GELU: lambda x: keras.activations.gelu(x, approximate=True)}


@functools.cache
def _reference() -> dict[str, np.ndarray | None]:
    return {name: _values(function) for name, function in _functions().items()}


def _values(function: Any) -> np.ndarray | None:
    """Returns the function's values at some numbers; None where it does not take them."""
    grid = np.linspace(-7.3, 7.1, 32, dtype="float32").reshape(2, 16)
    try:
        values = keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(grid)))
    except Exception:  # noqa: BLE001 - the function may be anybody's, and may need another shape
        return None
    return values if values.shape == grid.shape else None
