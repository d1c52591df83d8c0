"""KS406."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import LayerOutput, Learning, Output, Plan
from keras_stable.diagnosis.rule import Found, Severity, Threshold, rule
from keras_stable.diagnosis.rules._edits import layer_argument, quoted
from keras_stable.diagnosis.rules.model._flow import CONVOLUTIONS, DENSE

SHARE = Threshold(0.5, "Fresh and trained layers on scaled inputs have none; inputs of 0 to 255 give 60 to 100 %.")

FILLED = Threshold(0.9, "Mean square on a scale of -1 to 1. Units that jump between both bounds count here.")


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
    thresholds={"share": SHARE, "mean square": FILLED},
)
def saturated_activations(
    activations: Sequence[LayerOutput], learning: Learning, outputs: Sequence[Output] = (), plan: Plan | None = None
) -> Iterator[Found]:
    """Sigmoid or tanh units that stand at their bounds for nearly every sample.

    ## What it does

    Counts the units of sigmoid, tanh and softmax layers that are at a bound for at least 95 % of the samples; a
    sigmoid or tanh layer whose units jump from one bound to the other counts as well. A trained classifier's
    output is at its bounds because it is sure, which is no finding; the output of a model that was not trained
    yet is looked at like a hidden layer, if it then does not learn.

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
    last = {output.layer for output in outputs} or {layer.path for layer in activations[-1:]}
    sure = learning.state not in ("stuck", "diverging") or plan is None or plan.trained
    looked_at = [layer for layer in activations if not (layer.path in last and sure)]
    hit = [layer for layer in looked_at if layer.saturated > SHARE.value or _filled(layer) > FILLED.value]
    if not hit:
        return
    worst = max(hit, key=lambda layer: layer.saturated if layer.saturated > SHARE.value else 0.0)
    many = worst.saturated > SHARE.value
    often = (
        f"{worst.saturated:.0%} of the {worst.units} {worst.activation} units are at a bound for nearly every sample"
        if many
        else f"The {worst.units} {worst.activation} units are near a bound most of the time"
    )
    yield Found(
        where=worst.path,
        message=f"{often}; it is so in {len(hit)} of the layers.",
        evidence={"saturated": worst.saturated, "mean_square": _filled(worst), "layers": len(hit)},
        threshold=SHARE.value if many else FILLED.value,
        severity=_severity(worst, learning),
        confidence=0.7,
        edits=() if worst.path in last else _edits(worst),
    )


def _edits(layer: LayerOutput) -> tuple[Edit, ...]:
    """Returns the edit that takes relu in a hidden layer; gates and own layers have other uses for their bounds."""
    plain = layer.kind == "Activation" or layer.kind in DENSE | CONVOLUTIONS
    return layer_argument(layer.path, "activation", quoted("relu")) if plain else ()


def _filled(layer: LayerOutput) -> float:
    """Returns the mean square of a sigmoid's or tanh's output, stretched to -1 to 1; NaN for other functions."""
    if layer.activation == "tanh":
        return layer.mean**2 + layer.std**2
    if layer.activation == "sigmoid":
        return (2 * layer.mean - 1) ** 2 + 4 * layer.std**2
    return math.nan


def _severity(worst: LayerOutput, learning: Learning) -> Severity:
    """Returns how bad it is; a softmax or a gate between layers may well be meant to choose."""
    if learning.healthy or (worst.activation in ("softmax", "hard_sigmoid") and learning.state == "slow"):
        return "advice"
    return "warning"
