"""KS714."""

import math
from collections.abc import Iterator

from keras_stable.diagnosis.facts import Evaluation, Layer, Learning, Plan, Probe, Structure
from keras_stable.diagnosis.progress import USUAL_STEPS, gained
from keras_stable.diagnosis.rule import Found, Severity, Skip, Threshold, rule
from keras_stable.diagnosis.rules._edits import USUAL_MOMENTUM, momentum

LEFT = Threshold(
    0.05, "Share of a moving average that is still what it began with: 3 / (1 - momentum) steps leave so much."
)
APART = Threshold(0.5, "Share of what inference leaves to gain that the batch's own statistics gain. Noise makes 0.2.")
MEANINGFUL = Threshold(0.05, "The same over what a constant answer leaves to gain. Below, both modes serve as well.")
SERVES = Threshold(0.5, "Share gained over a constant answer in inference. A trained model that has so much is of use.")


@rule(
    "KS714",
    "lagging-statistics",
    remedy=f"Take `keras.layers.BatchNormalization(momentum={USUAL_MOMENTUM:g})`, or train for more steps: the moving "
    "statistics need about 3 / (1 - momentum) of them.",
    explains=(
        "identical-outputs",
        "train-inference-mismatch",
        "feature-collapse",
        "unnormalized-features",
        "dead-units",
        "saturated-activations",
        "bad-initial-loss",
        "prediction-collapse",
        "never-predicted-class",
        "overfitting",
    ),
    thresholds={"left": LEFT, "apart": APART, "meaningful": MEANINGFUL, "serves": SERVES},
    own=True,
)
def lagging_statistics(
    plan: Plan,
    learning: Learning,
    structure: Structure,
    evaluation: Evaluation | None = None,
    probe: Probe | None = None,
) -> Iterator[Found]:
    """The moving statistics of batch normalization have not arrived at those of the data.

    ## What it does

    Computes momentum ** steps, the share of a moving average that is still the value it began with, and compares
    the loss of the same samples in training mode, with the statistics of the batch, with that in inference, with
    the moving ones. A model that was trained is judged as it is, one before training after a short training of a
    copy. There it is a warning only if the planned steps leave the averages behind as well.

    ## Why is this bad

    `fit` shows a model that has learnt, and `evaluate`, `predict` and the validation another one, which may give
    every sample the same answer. The weights are right; starting them again, or another learning rate, cures
    nothing. `keras.applications` builds several networks with a momentum of 0.999, which asks for 3,000 steps.

    ## Example

        keras.layers.BatchNormalization(momentum=0.999)  # in a `fit` of 10 epochs of 20 steps

    ## Use instead

        keras.layers.BatchNormalization(momentum=0.9)

    ## References

    Ioffe and Szegedy (2015), Batch Normalization, section 3.1.
    """
    layers = [layer for layer in structure.layers if _follows(layer)]
    if not layers:
        raise Skip("no layer keeps moving statistics of its batches")
    seen = evaluation if plan.trained else probe.after if probe is not None else None
    steps = plan.taken if plan.trained else probe.steps if probe is not None else None
    if seen is None or steps is None:
        raise Skip("it is not known how many steps the moving statistics have followed")
    slowest = max(layers, key=_momentum)
    left = _momentum(slowest) ** steps
    if not left > LEFT.value or not _apart(seen):
        return
    yield Found(
        where=slowest.path,
        message=f"After {steps:,} steps {left:.0%} of the moving statistics of {slowest.path} are "
        f"what they began with: the same samples have a loss of {seen.loss:.3g} in inference, but "
        f"{seen.training_loss:.3g} in training mode.",
        evidence={
            "left": left,
            "momentum": _momentum(slowest),
            "steps": steps,
            "loss": seen.loss,
            "training_loss": seen.training_loss,
            "layers": len(layers),
        },
        threshold=LEFT.value,
        remedy=_remedy(_momentum(slowest)),
        severity=_severity(plan, learning, seen, _momentum(slowest)),
        confidence=0.9,
        # The slowest first: it is the one that is named.
        edits=momentum((slowest, *(layer for layer in layers if layer is not slowest))),
    )


def _follows(layer: Layer) -> bool:
    """Returns whether a layer updates moving statistics in training; a frozen one uses them there too."""
    return layer.kind == "BatchNormalization" and bool(layer.config.get("trainable", True))


def _momentum(layer: Layer) -> float:
    value = layer.config.get("momentum", 0.99)
    return float(value) if isinstance(value, int | float) else 0.99


def _apart(seen: Evaluation) -> bool:
    """Returns whether inference is worse than training mode by a good part of what it leaves to gain."""
    by_batch = gained(seen.loss, seen.training_loss, seen.floor)
    over_constant = gained(seen.constant_loss, seen.training_loss, seen.floor) - gained(
        seen.constant_loss, seen.loss, seen.floor
    )
    return by_batch > APART.value and not over_constant <= MEANINGFUL.value


def _remedy(momentum: float) -> str:
    needed = math.ceil(-math.log(LEFT.value) / max(1 - momentum, 1e-9))
    return (
        f"Take `keras.layers.BatchNormalization(momentum={USUAL_MOMENTUM:g})`, or train for at least {needed:,} steps. "
        "The weights are not at fault."
    )


def _severity(plan: Plan, learning: Learning, seen: Evaluation, momentum: float) -> Severity:
    if plan.trained:
        serves = learning.healthy and gained(seen.constant_loss, seen.loss, seen.floor) > SERVES.value
        return "advice" if serves else "warning"
    return "warning" if momentum ** (plan.steps or USUAL_STEPS) > LEFT.value else "advice"
