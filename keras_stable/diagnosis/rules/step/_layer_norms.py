"""Gradient norms by layer, and means that leave NaN out."""

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from keras_stable.diagnosis.facts import Gradients, VariableGradient

_BESIDE_A_KERNEL = ("bias", "beta", "gamma", "alpha", "scale", "embeddings")


@dataclass(frozen=True)
class LayerNorm:
    """The gradient of the kernels of one layer.

    Attributes:
        layer: str, path; depth: int; part: "encoder" or "readout".
        norm: float, L2 norm of the median batch, over all kernels of the layer.
        mean_abs: float, mean absolute value, over all kernels of the layer.
    """

    layer: str
    depth: int
    part: str
    norm: float
    mean_abs: float


def is_kernel(path: str) -> bool:
    """Returns whether a variable is what a layer multiplies by, not a bias, scale or table.

    A bias before a batch normalization, the bias of the keys of an attention and a row of a table that no
    sample asks for rightly get a gradient of zero, so they say nothing about a layer.

    >>> [is_kernel(path) for path in ("dense/kernel", "gru/recurrent_kernel", "dense/bias", "embedding/embeddings")]
    [True, True, False, False]
    """
    return not path.rpartition("/")[2].endswith(_BESIDE_A_KERNEL)


def median(values: Iterable[float]) -> float:
    """Returns the median of the finite values; NaN when there is none.

    >>> median([1.0, float("nan"), 3.0, float("inf")])
    2.0
    """
    finite = [value for value in values if math.isfinite(value)]
    return statistics.median(finite) if finite else math.nan


def peak(values: Iterable[float]) -> float:
    """Returns the largest finite value; NaN when there is none.

    >>> peak([1.0, float("inf")])
    1.0
    """
    return max((value for value in values if math.isfinite(value)), default=math.nan)


def layer_norms(gradients: Gradients) -> tuple[LayerNorm, ...]:
    """Returns the norms of every layer with a kernel that gets a gradient other than zero, in data-flow order."""
    layers: dict[str, list[VariableGradient]] = {}
    for variable in gradients.variables:
        if variable.received and not variable.zero and is_kernel(variable.path):
            layers.setdefault(variable.layer, []).append(variable)
    norms = [
        LayerNorm(
            layer=path,
            depth=kernels[0].depth,
            part=kernels[0].part,
            norm=math.hypot(*(median(kernel.norms) for kernel in kernels)),
            mean_abs=sum(kernel.mean_abs * kernel.size for kernel in kernels)
            / max(sum(kernel.size for kernel in kernels), 1),
        )
        for path, kernels in layers.items()
    ]
    return tuple(sorted(norms, key=lambda norm: norm.depth))
