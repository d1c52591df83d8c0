"""KS304."""

from collections.abc import Iterator

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Compiled, Gradients, Learning
from keras_stable.diagnosis.rule import Found, rule


@rule(
    "KS304",
    "missing-loss-scaling",
    remedy="Wrap the optimizer: `keras.mixed_precision.LossScaleOptimizer(optimizer)`, leave `auto_scale_loss=True` in "
    '`compile`, or take `keras.mixed_precision.set_global_policy("mixed_bfloat16")`, which needs no scaling.',
    explains=(
        "vanishing-gradients",
        "zero-gradients",
        "nonfinite-activations",
        "nonfinite-gradients",
        "update-ratio",
        "prediction-collapse",
        "never-predicted-class",
        "nonfinite-loss",
        "loss-not-decreasing",
        "diverging-loss",
        "loss-spike",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    own=True,
)
def missing_loss_scaling(compiled: Compiled, learning: Learning, gradients: Gradients | None = None) -> Iterator[Found]:
    """Gradients are computed in float16, and the loss is not scaled up first.

    ## What it does

    Looks at the dtype policy and whether a `LossScaleOptimizer` does the update. `compile` adds one by itself
    unless it is told `auto_scale_loss=False`; a custom training loop has to call `scale_loss` itself.

    ## Why is this bad

    The smallest float16 number is 6e-8 and the largest 65,504. Small gradients become 0 without a word and large
    ones infinite; scaling the loss moves them into the range, and skips the steps that overflow.

    ## Example

        keras.mixed_precision.set_global_policy("mixed_float16")
        model.compile("adam", loss="mean_squared_error", auto_scale_loss=False)

    ## Use instead

        keras.mixed_precision.set_global_policy("mixed_float16")
        model.compile("adam", loss="mean_squared_error")

    ## References

    Micikevicius et al. (2018), Mixed Precision Training.
    """
    if compiled.precision not in ("mixed_float16", "float16") or compiled.loss_scaling:
        return
    evidence: dict[str, float] = {}
    message = f"The precision is {compiled.precision}, and the loss is not scaled"
    if gradients is not None and gradients.variables:
        lost = sum(variable.zero for variable in gradients.variables)
        evidence = {"variables": len(gradients.variables), "variables_with_zero_gradient": lost}
        message += f": {lost} of {len(gradients.variables)} variables get a gradient of exactly 0"
    wrapped = Edit("replace", "optimizer", value="keras.mixed_precision.LossScaleOptimizer(optimizer)")
    confidence = 0.95 if learning.troubled else 0.85
    yield Found("compile", f"{message}.", evidence, confidence=confidence, edits=(wrapped,))
