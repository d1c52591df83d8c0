"""KS406."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import LayerOutput, Learning, Output, Plan
from keras_stable.diagnosis.rule import Found, Severity, Threshold, rule

SHARE = Threshold(0.5, "Fresh and trained layers on scaled inputs have none; inputs of 0 to 255 give 60 to 100 %.")


@rule(
    "KS406",
    "saturated-activations",
    remedy="Scale the inputs with `keras.layers.Normalization()`, put `BatchNormalization()` before the activation, or "
    'use `activation="relu"` in hidden layers.',
    explains=(
        "vanishing-gradients",
        "zero-gradients",
        "feature-collapse",
        "identical-outputs",
        "bad-initial-loss",
        "update-ratio",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    thresholds={"share": SHARE},
)
def saturated_activations(
    activations: Sequence[LayerOutput], learning: Learning, outputs: Sequence[Output] = (), plan: Plan | None = None
) -> Iterator[Found]:
    """Sigmoid or tanh units that stand at their bounds for nearly every sample.

    ## What it does

    Counts the units of sigmoid, tanh and softmax layers that are at a bound for at least 95 % of the samples. A
    trained classifier's output is at its bounds because it is sure, which is no finding; the output of a model
    that was not trained yet is looked at like a hidden layer, unless it then learns.

    ## Why is this bad

    At its bounds the slope of the function is zero, so hardly any gradient passes back: the unit and everything
    before it stop learning.

    ## Example

        model = keras.Sequential([keras.layers.Dense(64, activation="tanh"), keras.layers.Dense(10)])
        model.fit(images, labels)  # pixels from 0 to 255

    ## Use instead

        model = keras.Sequential(
            [keras.layers.Rescaling(1 / 255), keras.layers.Dense(64, activation="tanh"), keras.layers.Dense(10)]
        )

    ## References

    Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward neural networks.
    """
    last = {each.layer for each in outputs} or {each.path for each in activations[-1:]}
    sure = learning.state not in ("stuck", "diverging") or plan is None or plan.trained
    hit = [each for each in activations if each.saturated > SHARE.value and not (each.path in last and sure)]
    if not hit:
        return
    worst = max(hit, key=lambda each: each.saturated)
    yield Found(
        where=worst.path,
        message=f"{worst.saturated:.0%} of the {worst.units} {worst.activation} units are at a bound for nearly every "
        f"sample, in {len(hit)} layers more than half.",
        evidence={"saturated": worst.saturated, "units": worst.units, "layers": len(hit)},
        threshold=SHARE.value,
        severity=_severity(worst, learning),
        confidence=0.7,
    )


def _severity(worst: LayerOutput, learning: Learning) -> Severity:
    """Returns how bad it is; a softmax or a gate between layers may well be meant to choose."""
    if learning.healthy or (worst.activation in ("softmax", "hard_sigmoid") and learning.state == "slow"):
        return "advice"
    return "warning"
