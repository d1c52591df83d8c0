"""The kernel of a learnt layer: its size, spread, initializer, and whether its units are all the same."""

import math
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.copying.initializing import initializer_of
from keras_stable.keras_private import flatten_layers

_NAMES = ("kernel", "embeddings", "depthwise_kernel", "pointwise_kernel")


@dataclass(frozen=True)
class Kernel:
    """Figures of a kernel, as in `facts.Layer`."""

    std: float = math.nan
    fan_in: int = 0
    fan_out: int = 0
    initializer: str = ""
    identical_units: bool = False


def kernel_of(layer: keras.layers.Layer | None) -> Kernel:
    """Returns the figures of the main kernel of a layer; those of a `Kernel()` without one.

    The main kernel of a layer with several is the first: the input kernel of a recurrent layer, the query kernel of
    an attention layer. Fans are numbers of values that enter and leave one unit, so those of a depthwise kernel do not
    count its channels.
    """
    owner, weight = _main(layer) if layer is not None else (None, None)
    if weight is None or owner is None:
        return Kernel()
    values = np.asarray(weight.numpy(), "float64")
    fan_in, fan_out = _fans(owner, weight.name, values.shape)
    return Kernel(
        std=float(values.std()),
        fan_in=fan_in,
        fan_out=fan_out,
        initializer=_initializer(owner, weight.name),
        identical_units=_identical(owner, weight.name, values),
    )


def _main(layer: keras.layers.Layer) -> tuple[Any, Any]:
    owners = [owner for owner in flatten_layers(layer) if owner.weights]
    for owner in owners:
        inside = {id(weight) for inner in flatten_layers(owner, include_self=False) for weight in inner.weights}
        own = [weight for weight in owner.weights if id(weight) not in inside and len(weight.shape) > 1]
        named = [weight for name in _NAMES for weight in own if weight.name == name]
        if named or (own and owner is layer):
            return owner, (named or own)[0]
    return None, None


def _fans(owner: Any, name: str, shape: tuple[int, ...]) -> tuple[int, int]:
    if "epthwise" in name or isinstance(owner, keras.layers.DepthwiseConv1D | keras.layers.DepthwiseConv2D):
        return math.prod(shape[:-2]), math.prod(shape[:-2]) * shape[-1]
    if isinstance(owner, keras.layers.EinsumDense):
        return _einsum_fans(owner, shape)
    if _transposed(owner):
        return math.prod(shape[:-2]) * shape[-1], math.prod(shape[:-2]) * shape[-2]
    return math.prod(shape[:-2]) * shape[-2], math.prod(shape[:-2]) * shape[-1]


def _einsum_fans(owner: Any, shape: tuple[int, ...]) -> tuple[int, int]:
    inputs, output = owner.equation.replace(" ", "").split("->")
    letters = inputs.split(",")[1]
    sizes = dict(zip(letters, shape, strict=True))
    return (
        math.prod(size for letter, size in sizes.items() if letter not in output),
        math.prod(size for letter, size in sizes.items() if letter in output),
    )


def _transposed(owner: Any) -> bool:
    kinds = (keras.layers.Conv1DTranspose, keras.layers.Conv2DTranspose, keras.layers.Conv3DTranspose)
    return isinstance(owner, kinds)


def _initializer(owner: Any, name: str) -> str:
    initializer = initializer_of(owner, name)
    return "" if initializer is None else getattr(initializer, "__name__", type(initializer).__name__)


def _identical(owner: Any, name: str, values: np.ndarray) -> bool:
    """Returns whether all units have the same weights; False for a single unit."""
    if isinstance(owner, keras.layers.EinsumDense):
        letters = owner.equation.replace(" ", "").split("->")[0].split(",")[1]
        output = owner.equation.replace(" ", "").split("->")[1]
        axes = [axis for axis, letter in enumerate(letters) if letter in output]
    elif "epthwise" in name or isinstance(owner, keras.layers.DepthwiseConv1D | keras.layers.DepthwiseConv2D):
        axes = [values.ndim - 2, values.ndim - 1]
    else:
        axes = [values.ndim - (2 if _transposed(owner) else 1)]
    units = np.moveaxis(values, axes, range(-len(axes), 0))
    units = units.reshape(-1, math.prod(values.shape[axis] for axis in axes))
    return units.shape[1] > 1 and bool((units == units[:, :1]).all())
