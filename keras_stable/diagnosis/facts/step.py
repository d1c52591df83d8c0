"""What one training step shows: the outputs of the layers, and the gradients."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerOutput:
    """The output of one layer over some batches, in inference mode, in data-flow order.

    Attributes:
        path: str, as in `Layer.path`.
        kind: str, class name.
        role: str, as in `Layer.role`.
        activation: str, as in `Layer.activation`; for an activation layer, what it computes.
        units: int, width of the last axis.
        mean, std, maximum: float over finite values; maximum is the largest absolute one.
        nonfinite: int, NaN and infinite values.
        nonfinite_rows: tuple of int, the first ten samples that hold one.
        input_nonfinite: int, NaN and infinite values in what entered.
        dead: float, share of the units that are 0 (for relu and its like) for every sample; NaN when it does not apply.
        saturated: float, share of the units at a bound of sigmoid, tanh, hard_sigmoid or softmax for at least 95 %
            of the samples; NaN when it does not apply.
        spread: float, median over units of the standard deviation over samples.
    """

    path: str = "dense"
    kind: str = "Dense"
    role: str = "learnt"
    activation: str = "relu"
    units: int = 64
    mean: float = 0.4
    std: float = 0.6
    maximum: float = 4.0
    nonfinite: int = 0
    nonfinite_rows: tuple[int, ...] = ()
    input_nonfinite: int = 0
    dead: float = float("nan")
    saturated: float = float("nan")
    spread: float = 0.5


@dataclass(frozen=True)
class VariableGradient:
    """The gradient of one trainable variable over some batches, at the audited weights, before any clip.

    Attributes:
        path: str, such as "dense/kernel".
        layer: str, path of the layer that owns it.
        depth: int, place of the layer in data-flow order, from 0.
        part: "readout" for variables of the last learnt layers, "encoder" for those before.
        size: int, number of values.
        received: bool, False where the gradient is None: the loss does not depend on the variable.
        norms: tuple of float, L2 norm of each batch.
        mean_abs: float, mean absolute value over batches.
        zero: bool, exactly zero on every batch.
        nonfinite: int, batches with a NaN or infinite value.
        weight_norm: float, L2 norm of the variable.
    """

    path: str = "dense/kernel"
    layer: str = "dense"
    depth: int = 0
    part: str = "encoder"
    size: int = 4096
    received: bool = True
    norms: tuple[float, ...] = (1.0, 1.0, 1.0)
    mean_abs: float = 1e-2
    zero: bool = False
    nonfinite: int = 0
    weight_norm: float = 8.0


@dataclass(frozen=True)
class Gradients:
    """All of them.

    Attributes:
        variables: tuple of `VariableGradient`, in data-flow order.
        global_norms: tuple of float, norm over all variables, of each batch.
        penalty_norm: float, norm of the gradient of the regularization penalties alone; 0 without any.
        data_norm: float, norm of the gradient of the data loss alone (without penalties), mean over batches.
        batches: int.
    """

    variables: tuple[VariableGradient, ...] = ()
    global_norms: tuple[float, ...] = (1.0, 1.0, 1.0)
    penalty_norm: float = 0.0
    data_norm: float = 1.0
    batches: int = 3


@dataclass(frozen=True)
class NonfiniteOrigin:
    """Where the first NaN or infinity came up.

    Attributes:
        step: int, of the probe, from 0; -1 when it is there before training.
        where: "inputs", "labels", "weights", "activations", "loss" or "gradients": the first place in data flow.
        layer: str, path of the layer; "" for inputs, labels and loss.
        variable: str, path of the variable, for weights and gradients; "".
        batch: int, of the epoch, from 0.
        rows: tuple of int, up to ten samples of the batch that make it so (each alone gives a NaN or infinity).
        operation: str, what turned finite numbers into it, in words, such as "exp of 120"; "" where unknown.
    """

    step: int = 0
    where: str = "activations"
    layer: str = "dense"
    variable: str = ""
    batch: int = 0
    rows: tuple[int, ...] = ()
    operation: str = ""
