"""KS603."""

from collections.abc import Iterator

from keras_stable.diagnosis.facts import Compiled, History, Learning, Probe
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.rules._edits import clipping, tenfold
from keras_stable.diagnosis.rules._in_place import LIMIT, bounds_gradients
from keras_stable.diagnosis.rules.trajectory._curve import loss_curve

RISE = Threshold(
    1.0, "Rise over what the best loss left to gain. Sound training ends within a few percent of its best."
)
PART = Threshold(0.1, "Rise over all that had been gained. A tiny loss may double, and nothing is lost.")


@rule(
    "KS603",
    "diverging-loss",
    remedy=f"Lower `learning_rate`, scale inputs and targets, and set `global_clipnorm={LIMIT:g}` in the optimizer.",
    explains=("loss-spike", "oscillating-loss", "loss-not-decreasing", "prediction-collapse", "never-predicted-class"),
    thresholds={"rise": RISE, "part": PART},
)
def diverging_loss(
    learning: Learning,
    history: History | None = None,
    probe: Probe | None = None,
    compiled: Compiled | None = None,
) -> Iterator[Found]:
    """The loss rises instead of falling.

    ## What it does

    Compares the last loss with the best, over epochs or smoothed steps. A rise that is small beside what had
    been gained does not count.

    ## Why is this bad

    The steps lead away from every minimum. It ends in NaN, or in weights so large that nothing moves any more.

    ## Example

        model.compile(keras.optimizers.SGD(1.0), loss="mean_squared_error")  # targets in the hundreds

    ## Use instead

        model.compile(keras.optimizers.SGD(0.01), loss="mean_squared_error")  # targets scaled to mean 0, std 1
    """
    curve = loss_curve(history, probe)
    if len(curve.values) < 2:
        return
    first, best, last = float(curve.values[0]), float(curve.values.min()), float(curve.values[-1])
    risen = last - best > max(RISE.value * curve.to_gain(best), PART.value * (first - best))
    if not risen and (learning.state != "diverging" or curve.broken >= 0):
        return
    yield Found(
        "training",
        f"The loss goes from {first:.4g} to {last:.4g} in {curve.length}; its best was {best:.4g}.",
        {"first_loss": first, "best_loss": best, "last_loss": last},
        RISE.value,
        "Lower `learning_rate`, and scale inputs and targets." if bounds_gradients(compiled) else None,
        severity="advice" if learning.healthy else "warning",
        confidence=0.45,
        edits=(*tenfold(compiled, 0.1), *(() if bounds_gradients(compiled) else clipping(compiled, LIMIT))),
    )
