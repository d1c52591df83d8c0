"""KS602."""

import math
from collections.abc import Iterator

import numpy as np

from keras_stable.diagnosis.facts import History, Learning, Probe
from keras_stable.diagnosis.rule import Found, Severity, Threshold, rule
from keras_stable.diagnosis.rules.trajectory._curve import loss_curve
from keras_stable.diagnosis.vocabulary import CLASS_TASKS

FALL = Threshold(0.05, "Share of what there was to gain that is gained. Sound training loses a third and more.")
MAJORITY = Threshold(1.02, "Accuracy over the share of the commonest label, which an answer without looking reaches.")

_EPOCHS = 5
_EVEN = 0.6  # above, the accuracy of always answering the same is a poor yardstick


@rule(
    "KS602",
    "loss-not-decreasing",
    remedy="Nothing is learnt: check loss and last activation, the learning rate, and the scale of inputs and targets.",
    explains=("prediction-collapse", "never-predicted-class"),
    thresholds={"fall": FALL, "majority": MAJORITY},
)
def loss_not_decreasing(
    learning: Learning, history: History | None = None, probe: Probe | None = None
) -> Iterator[Found]:
    """Training makes no progress.

    ## What it does

    Reports a loss that does not fall below what a constant answer costs, and an accuracy that after five epochs
    is still the share of the commonest label. Losses of single batches are smoothed first.

    ## Why is this bad

    More epochs will not help.

    ## Example

        keras.layers.Dense(10, activation="relu")  # as the last layer, under a cross-entropy

    ## Use instead

        keras.layers.Dense(10, activation="softmax")
    """
    curve = loss_curve(history, probe)
    if len(curve.values) < 2:
        return
    first, last = float(np.max(curve.values[: max(len(curve.values) // 10, 1)])), float(curve.values[-1])
    fall = curve.gained(first, last)
    evidence = {"first_loss": first, "last_loss": last, "fall": fall, "constant_loss": learning.constant_loss}
    if learning.state == "stuck":
        constant = learning.constant_loss
        than = f", and a constant answer costs {constant:.3g}" if math.isfinite(constant) else ""
        message = f"The loss goes from {first:.4g} to {last:.4g} in {curve.length}{than}."
        yield Found("training", message, evidence, FALL.value, confidence=0.4)
        return
    accuracy = history.accuracy if history is not None else ()
    if history is None or len(accuracy) < _EPOCHS or not history.majority_share <= _EVEN:
        return
    if history.task in CLASS_TASKS and accuracy[-1] <= MAJORITY.value * history.majority_share:
        severity: Severity = "advice" if learning.healthy else "warning"
        message = (
            f"After {len(accuracy)} epochs the accuracy of {accuracy[-1]:.1%} is that of always answering the same."
        )
        evidence |= {"accuracy": accuracy[-1], "majority_share": history.majority_share}
        yield Found("training", message, evidence, MAJORITY.value, severity=severity, confidence=0.4)
