"""KS605."""

from collections.abc import Iterator

import numpy as np

from keras_stable.diagnosis.facts import History, Learning, Probe
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.rules.trajectory._curve import loss_curve

JUMP = Threshold(2.0, "Loss over the mean before it. Epochs of sound training do not double, smoothed steps hardly.")
NOISE = Threshold(6.0, "Least jump in standard deviations of the steps before it.")
RECOVERED = Threshold(1.2, "Loss afterwards over the mean before it, up to which nothing was lost.")
PART = Threshold(0.1, "Jump over the first loss. What is tiny beside it may double for no reason.")


@rule(
    "KS605",
    "loss-spike",
    severity="advice",
    remedy="Set `global_clipnorm=0.5` in the optimizer, and look at the samples of that step.",
    explains=(),
    thresholds={"jump": JUMP, "noise": NOISE, "recovered": RECOVERED, "part": PART},
    own=True,
)
def loss_spike(learning: Learning, history: History | None = None, probe: Probe | None = None) -> Iterator[Found]:
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
    worst = (0.0, -1, 0.0)
    for place in range(least, len(values)):
        before = values[max(0, place - window) : place]
        mean, spread = float(before.mean()), float(before.std())
        jump = float(values[place]) - mean
        noisy = NOISE.value * spread if curve.unit == "step" else 0.0
        if jump >= max((JUMP.value - 1) * abs(mean), PART.value * abs(values[0]), noisy, 1e-9) and jump > worst[0]:
            worst = (jump, place, mean)
    jump, place, mean = worst
    if place < 0:
        return
    recovered = bool(np.any(values[place + 1 :] <= RECOVERED.value * mean))
    lost = not recovered and not learning.healthy
    yield Found(
        "training",
        f"At {curve.unit} {place + 1} the loss jumps from about {mean:.4g} to {mean + jump:.4g}"
        + (", and comes back." if recovered else ", and does not come back."),
        {curve.unit: place + 1, "mean_before": mean, "loss": mean + jump},
        JUMP.value,
        severity="warning" if lost else "advice",
        confidence=0.35,
    )
