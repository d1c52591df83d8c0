"""KS404."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Evaluation, Gradients, Learning, Output, Probe, VariableGradient
from keras_stable.diagnosis.progress import gained
from keras_stable.diagnosis.rule import Found, Severity, Threshold, rule
from keras_stable.diagnosis.rules.step._layer_norms import is_kernel
from keras_stable.diagnosis.rules.step._wording import listed

SOLVED = Threshold(
    1e-6, "Share of what a constant answer leaves to gain. Where no more is left, the gradient rounds to 0."
)


@rule(
    "KS404",
    "zero-gradients",
    remedy="Look at what comes after the layer: dead relu units (lower the learning rate, use "
    '`activation="leaky_relu"`), saturated outputs, a multiplication by 0, or a kernel initialized with zeros.',
    explains=(
        "update-ratio",
        "feature-collapse",
        "identical-outputs",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    thresholds={"solved": SOLVED},
)
def zero_gradients(
    gradients: Gradients,
    learning: Learning,
    probe: Probe | None = None,
    evaluation: Evaluation | None = None,
    outputs: Sequence[Output] = (),
) -> Iterator[Found]:
    """Layers whose gradient exists, but is exactly zero on every batch.

    ## What it does

    Counts the variables, k of n, whose gradient is exactly zero on every batch, and names the layers in which
    that holds for all kernels. A variable that gets a gradient in the steps of a short training is left alone
    (zeros in the readout or at the end of a skipped branch block only the first step), and so are biases and
    embedding tables by themselves, and a model that has solved its task.

    ## Why is this bad

    The layer does not train, and most often neither does anything before it: the signal that should flow back
    through it is multiplied by zero.

    ## Example

        keras.layers.Dense(64, activation="relu", bias_initializer=keras.initializers.Constant(-100))

    ## Use instead

        keras.layers.Dense(64, activation="relu")
    """
    if evaluation is not None and _is_solved(evaluation):
        return
    later = {} if probe is None else dict(zip(probe.variable_paths, probe.variable_norms, strict=False))
    blocked = [
        variable
        for variable in gradients.variables
        if variable.received and variable.zero and not later.get(variable.path, 0.0) > 0
    ]
    kernels = [variable for variable in blocked if is_kernel(variable.path)]
    every = bool(kernels) and len(kernels) == sum(is_kernel(variable.path) for variable in gradients.variables)
    if not kernels or (every and learning.healthy):
        return
    layers = _silent_layers(gradients, kernels)
    total, paths = len(gradients.variables), [kernel.path for kernel in kernels]
    yield Found(
        where=layers[0] if layers else kernels[0].layer,
        message=f"{len(blocked)} of {total} variables get a gradient of exactly zero on every batch, among "
        f"them {listed(paths, most=4)}.",
        evidence={"zero": len(blocked), "variables": total, "layers": len(layers)},
        threshold=0.0,
        severity=_severity(bool(layers), bool(later), every, learning, outputs),
        confidence=0.8 if layers else 0.5,
    )


def _is_solved(evaluation: Evaluation) -> bool:
    """Returns whether the loss has come down to the least that the labels allow."""
    return gained(evaluation.constant_loss, evaluation.loss, evaluation.floor) > 1 - SOLVED.value


def _silent_layers(gradients: Gradients, kernels: Sequence[VariableGradient]) -> list[str]:
    """Returns the layers of which every kernel is zero, in data-flow order."""
    zero = {kernel.path for kernel in kernels}
    alive = {
        variable.layer for variable in gradients.variables if is_kernel(variable.path) and variable.path not in zero
    }
    return list(dict.fromkeys(kernel.layer for kernel in kernels if kernel.layer not in alive))


def _severity(whole: bool, lasting: bool, every: bool, learning: Learning, outputs: Sequence[Output]) -> Severity:
    """Returns how bad it is: whether whole layers are silent, for how long, and whether that is meant."""
    meant = any(math.isclose(output.loss_weight, 0.0) for output in outputs)
    if every and learning.state in ("stuck", "diverging"):
        return "error"
    if not whole or meant:
        return "advice"
    return "warning" if not learning.healthy or lasting else "advice"
