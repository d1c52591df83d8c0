"""KS608."""

import math
from collections.abc import Iterator

from keras_stable.diagnosis.facts import Learning, Overfit
from keras_stable.diagnosis.rule import Found, Threshold, rule

ERROR = Threshold(0.05, "Share of wrong answers (regression: 1 - R2). Sound models of any size reach 0 on 16 samples.")
LEFT = Threshold(
    0.3,
    "Share of what the first loss left to gain that is still left. Where most is gone, a few more steps do the rest.",
)


@rule(
    "KS608",
    "cannot-overfit-batch",
    remedy="Look for what stands between inputs and loss: the last activation and the loss, dead or disconnected "
    "layers, labels that do not belong to these samples, a bottleneck.",
    explains=(
        "oscillating-loss",
        "loss-not-decreasing",
        "slow-convergence",
        "prediction-collapse",
        "never-predicted-class",
    ),
    thresholds={"error": ERROR, "left": LEFT},
)
def cannot_overfit_batch(overfit: Overfit, learning: Learning) -> Iterator[Found]:
    """A copy of the model cannot even memorize one small batch.

    ## What it does

    Trains a copy on one small batch, without dropout and augmentation, at several learning rates, and takes the
    best. Where the model learns from all data all the same, it is advice.

    ## Why is this bad

    Every sound model can memorize a few samples. One that cannot has a defect that neither more data nor more
    epochs will cure.

    ## Example

        keras.layers.Dense(1, activation="relu")  # for targets below 0

    ## Use instead

        keras.layers.Dense(1)
    """
    gone = learning.gained(overfit.first_loss, overfit.last_loss)
    lost = math.isnan(overfit.last_loss)
    if not overfit.error > ERROR.value or lost or 1 - gone <= LEFT.value:
        return
    yield Found(
        "training",
        f"After {overfit.steps} steps on {overfit.samples} samples {overfit.error:.0%} of them are wrong; the loss "
        f"went from {overfit.first_loss:.4g} to {overfit.last_loss:.4g}.",
        {"error": overfit.error, "first_loss": overfit.first_loss, "last_loss": overfit.last_loss},
        ERROR.value,
        severity="warning" if learning.troubled else "advice",
        confidence=0.4,
    )
