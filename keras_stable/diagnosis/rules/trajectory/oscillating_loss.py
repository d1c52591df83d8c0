"""KS604."""

from collections.abc import Iterator

import numpy as np

from keras_stable.diagnosis.facts import Compiled, History, Learning, Probe
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.rules._edits import tenfold
from keras_stable.diagnosis.rules.trajectory._curve import blocks, finite_part, loss_curve, swings

SHARE = Threshold(0.2, "Share of the epochs in which the curve turns. Sound training turns in under a tenth.")
ACCURACY = Threshold(0.03, "Least move of the accuracy, before a turn and after it, that counts.")
LOSS = Threshold(0.1, "Least move of the loss, over what its median left to gain; twice that for blocks of steps.")
NOISE = Threshold(
    4.0, "Least move of a block of steps, in standard errors. Small batches are noisy, which is no swing."
)

_LEAST, _BLOCK = 8, 10


@rule(
    "KS604",
    "oscillating-loss",
    remedy="Lower `learning_rate`, or raise `batch_size`.",
    explains=("loss-not-decreasing", "slow-convergence", "prediction-collapse", "never-predicted-class"),
    thresholds={"share": SHARE, "accuracy": ACCURACY, "loss": LOSS, "noise": NOISE},
)
def oscillating_loss(
    learning: Learning,
    history: History | None = None,
    probe: Probe | None = None,
    compiled: Compiled | None = None,
) -> Iterator[Found]:
    """Loss or accuracy rises and falls by turns.

    ## What it does

    Counts the epochs in which the curve turns after a large move and moves as far back. Without a history it
    takes means of ten steps, whose moves must also be far beyond what differing batches explain. A model that
    learns may swing as it does: that is advice.

    ## Why is this bad

    The steps are too long for the valley and jump from side to side. Where training stops is then a matter of luck.

    ## Example

        model.compile(keras.optimizers.Adam(0.1), loss="sparse_categorical_crossentropy")

    ## Use instead

        model.compile(keras.optimizers.Adam(0.001), loss="sparse_categorical_crossentropy")

    ## References

    Zhang et al. (2021), AUTOTRAINER: An Automatic DNN Training Problem Detection and Repair System.
    """
    curve = loss_curve(history, probe)
    if curve.unit == "epoch":
        level, noise, values = LOSS.value, 0.0, curve.raw
    else:
        level = 2 * LOSS.value
        values, noise = blocks(curve.raw, _BLOCK)
    accuracy = finite_part(history.accuracy)[0] if history is not None else np.empty(0)
    loss_share = 0.0
    if len(values):
        # Without a floor the noise is the unit, and a curve that swings is all noise: the accuracy tells then.
        loss_share = _share(values, max(level * curve.to_gain(float(np.median(values))), NOISE.value * noise))
    accuracy_share = _share(accuracy, ACCURACY.value)
    share = max(loss_share, accuracy_share)
    if share < SHARE.value:
        return
    what = "accuracy" if accuracy_share > loss_share else "loss"
    units = "epochs" if curve.unit == "epoch" else "blocks of ten steps"
    yield Found(
        "training",
        f"The {what} turns up and down in {share:.0%} of the {units}.",
        {"share_of_turns": share, "turns_of_loss": loss_share, "turns_of_accuracy": accuracy_share},
        SHARE.value,
        severity="warning" if learning.troubled else "advice",
        confidence=0.4,
        edits=tenfold(compiled, 0.1),
    )


def _share(values: np.ndarray, least: float) -> float:
    return swings(values, least) / (len(values) - 2) if len(values) >= _LEAST else 0.0
