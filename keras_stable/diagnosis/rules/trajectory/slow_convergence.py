"""KS606."""

import math
from collections.abc import Iterator

import numpy as np

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import History, Learning, Plan, Probe
from keras_stable.diagnosis.progress import gained, noise_of
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.rules.trajectory._curve import smoothed
from keras_stable.diagnosis.vocabulary import HIGHER_RATES

GAINED = Threshold(0.05, "Share of what there was to gain that is gained by the planned end. It is nothing much.")
TO_GAIN = Threshold(0.3, "The same share when training is longer than planned.")
IMPROVING = Threshold(0.02, "Share of what was left to gain that the last fifth of the epochs gains.")
RATE = 0.3  # share of what is left to gain that a higher learning rate gains: then the rate is to blame
LONGER = 4.0  # times the epochs, where nothing tells how many are missing
HALF_WAY = 0.5  # share gained over a constant answer, below which a model is far from good


@rule(
    "KS606",
    "slow-convergence",
    remedy="Train longer: a larger `epochs` in `fit`, or a smaller `batch_size` for more steps in an epoch.",
    explains=("prediction-collapse", "never-predicted-class"),
    thresholds={"gained": GAINED, "to gain": TO_GAIN, "improving": IMPROVING},
)
def slow_convergence(
    plan: Plan, learning: Learning, history: History | None = None, probe: Probe | None = None
) -> Iterator[Found]:
    """Training ends while the model still improves and is far from good.

    ## What it does

    Reports a loss that falls too slowly for the planned steps, and a plan of so few steps that hardly anything
    is learnt by its end, where a longer training of a copy shows that more would help. A model that has learnt
    a good deal and would go on is advice at most.

    ## Why is this bad

    What looks like a model that cannot learn is one that was not given the time.

    ## Example

        model.fit(x, y, epochs=2)  # 100 samples in batches of 32 are 8 steps

    ## Use instead

        model.fit(x, y, epochs=200, callbacks=[keras.callbacks.EarlyStopping("val_loss", patience=10)])
    """
    steps = plan.steps
    planned = "" if steps is None else f" {steps} steps are planned in {plan.epochs} epochs."
    if learning.state == "slow":
        evidence = {"first_loss": learning.first, "last_loss": learning.last, "constant_loss": learning.constant_loss}
        message = f"The loss has fallen from {learning.first:.4g} to {learning.last:.4g} only.{planned}"
        yield Found("training", message, evidence, confidence=_confidence(probe), edits=_longer(plan, LONGER))
        return
    if history is None and probe is not None and steps is not None and len(probe.loss) >= 2 * steps:
        yield from _too_few_steps(steps, probe, plan)
    if history is not None and learning.healthy and _still_improves(history):
        message = f"The loss still falls after {len(history.loss)} epochs, now {history.loss[-1]:.4g}."
        evidence = {"epochs": len(history.loss), "last_loss": history.loss[-1]}
        edits = _longer(plan, LONGER)
        yield Found("training", message, evidence, IMPROVING.value, severity="advice", confidence=0.4, edits=edits)


def _confidence(probe: Probe | None) -> float:
    """Returns how sure it is that steps are missing: less where another learning rate helps."""
    if probe is None:
        return 0.6
    gains = [probe.gain(name) for name in HIGHER_RATES]
    return 0.5 if any(gain > RATE for gain in gains) else 0.7


def _longer(plan: Plan, factor: float) -> tuple[Edit, ...]:
    """Returns the edit for so many times the epochs; nothing where nobody said how many are planned."""
    return (Edit("set_argument", "fit", "epochs", str(math.ceil(plan.epochs * factor))),) if plan.epochs else ()


def _too_few_steps(steps: int, probe: Probe, plan: Plan) -> Iterator[Found]:
    losses = np.array(probe.loss, "float64")
    if not np.isfinite(losses).all() or len(losses) < 10:
        return
    width = max(2, len(losses) // 10)
    first = float(losses[0])
    planned = float(np.median(losses[max(0, steps - width) : steps]))
    later = float(smoothed(losses)[-1])
    floor, noise = probe.before.floor, noise_of(losses)
    by_then, to_gain = gained(first, planned, floor, noise), gained(first, later, floor, noise)
    if by_then < GAINED.value and to_gain > TO_GAIN.value:
        yield Found(
            "training",
            f"The planned {steps} steps gain {max(by_then, 0):.0%} of what there is to gain, {len(losses)} steps "
            f"{to_gain:.0%}.",
            {"planned_steps": steps, "gained": by_then, "gained_later": to_gain},
            GAINED.value,
            confidence=0.7,
            edits=_longer(plan, len(losses) / steps),
        )


def _still_improves(history: History) -> bool:
    count = len(history.loss)
    if count < 3 or not all(np.isfinite(history.loss)):
        return False
    earlier, last = history.loss[-1 - max(count // 5, 1)], history.loss[-1]
    floor, noise = history.floor, noise_of(history.loss)
    far = gained(history.constant_loss, last, floor, noise) < HALF_WAY
    return far and gained(earlier, last, floor, noise) > IMPROVING.value
