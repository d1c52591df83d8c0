"""KS605."""

from collections.abc import Iterator

import numpy as np

from keras_stable.diagnosis.facts import Compiled, History, Learning, Probe
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.rules._edits import clipping, tenfold
from keras_stable.diagnosis.rules._in_place import LIMIT, bounds_gradients
from keras_stable.diagnosis.rules.trajectory._curve import loss_curve

JUMP = Threshold(
    1.0,
    "Jump over what the mean before it left to gain. Epochs of sound training do not double, smoothed steps hardly.",
)
NOISE = Threshold(6.0, "Least jump in standard deviations of the steps before it.")
RECOVERED = Threshold(0.2, "Rise that is left afterwards, over what the mean before it left to gain: nothing was lost.")
PART = Threshold(0.1, "Jump over what there was to gain at first. What is tiny beside it may double for no reason.")


@rule(
    "KS605",
    "loss-spike",
    severity="advice",
    remedy=f"Set `global_clipnorm={LIMIT:g}` in the optimizer, and look at the samples of that step.",
    explains=(),
    thresholds={"jump": JUMP, "noise": NOISE, "recovered": RECOVERED, "part": PART},
    own=True,
)
def loss_spike(
    learning: Learning,
    history: History | None = None,
    probe: Probe | None = None,
    compiled: Compiled | None = None,
) -> Iterator[Found]:
    """The loss jumps up from one moment to the next.

    ## What it does

    Compares every epoch, or smoothed step, with the mean of those before it. A jump that is made good is advice.

    ## Why is this bad

    One batch, or one step over an edge of the loss, undid what many steps had learnt.

    ## Example

        keras.optimizers.Adam(0.01)

    ## Use instead

        keras.optimizers.Adam(0.01, global_clipnorm=0.5)
    """
    curve = loss_curve(history, probe)
    values = curve.values
    window, least = (5, 2) if curve.unit == "epoch" else (20, 10)
    part = PART.value * curve.to_gain(float(values[0])) if len(values) else 0.0
    worst = (0.0, -1, 0.0)
    for index in range(least, len(values)):
        before = values[max(0, index - window) : index]
        mean, spread = float(before.mean()), float(before.std())
        jump = float(values[index]) - mean
        noisy = NOISE.value * spread if curve.unit == "step" else 0.0
        if jump >= max(JUMP.value * curve.to_gain(mean), part, noisy) and jump > worst[0]:
            worst = (jump, index, mean)
    jump, index, mean = worst
    if index < 0:
        return
    recovered = bool(np.any(values[index + 1 :] <= mean + RECOVERED.value * curve.to_gain(mean)))
    lost = not recovered and not learning.healthy
    yield Found(
        "training",
        f"At {curve.unit} {index + 1} the loss jumps from about {mean:.4g} to {mean + jump:.4g}"
        + (", and comes back." if recovered else ", and does not come back."),
        {curve.unit: index + 1, "mean_before": mean, "loss": mean + jump},
        JUMP.value,
        "Look at the samples of that step, and lower `learning_rate`." if bounds_gradients(compiled) else None,
        severity="warning" if lost else "advice",
        confidence=0.35,
        edits=tenfold(compiled, 0.1) if bounds_gradients(compiled) else clipping(compiled, LIMIT),
    )
