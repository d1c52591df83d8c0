"""KS414."""

import math
from collections.abc import Iterator

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import GradientNoise, Learning, Plan
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule

FACTOR = Threshold(10.0, "Noise scale over batch size: from there on, over nine tenths of a step's square is noise.")


@rule(
    "KS414",
    "noisy-gradient",
    severity="advice",
    remedy="Take a larger `batch_size` in `fit`, or a lower `learning_rate` with `use_ema=True` in the optimizer.",
    explains=("oscillating-loss", "loss-spike", "slow-convergence"),
    thresholds={"factor": FACTOR},
)
def noisy_gradient(noise: GradientNoise, learning: Learning, plan: Plan | None = None) -> Iterator[Found]:
    """The gradient of a batch says little about the gradient of the data.

    ## What it does

    Takes the simple noise scale: the variance of one sample's gradient over the square of the mean gradient. It
    is the batch size at which noise and signal are equally large. A model that is trained and learns is left
    alone, because near a minimum there is little signal in any case.

    ## Why is this bad

    With batches far below the noise scale the steps go mostly at random, so a lower rate or more steps are
    needed. Twice the batch then takes about half the steps.

    ## Example

        model.fit(x, y, batch_size=2)  # noise scale 800

    ## Use instead

        model.fit(x, y, batch_size=128)

    ## References

    McCandlish, Kaplan, Amodei and the OpenAI Dota Team (2018), An Empirical Model of Large-Batch Training.
    """
    if plan is not None and plan.trained and learning.healthy:
        raise Skip("the model is trained and learns, so that most of its gradient is noise")
    ratio = noise.scale / max(noise.batch_size, 1)
    if not FACTOR.value < ratio < float("inf"):
        return
    yield Found(
        where="training",
        message=f"The gradient noise scale is {noise.scale:.3g} samples, {ratio:.3g} times the batch of "
        f"{noise.batch_size}: most of a step is noise.",
        evidence={"noise_scale": noise.scale, "batch_size": noise.batch_size},
        threshold=FACTOR.value,
        confidence=0.3,
        edits=_edits(noise, plan),
    )


def _edits(noise: GradientNoise, plan: Plan | None) -> tuple[Edit, ...]:
    """Returns the edit that takes batches of a tenth of the noise scale, of arrays, which hold at least eight of them.

    The batches of another source are not those of `fit`.
    """
    if plan is None or plan.kind != "arrays" or not plan.samples:
        return ()
    size = 2 ** math.ceil(math.log2(noise.scale / FACTOR.value))
    size = min(size, 2 ** int(math.log2(max(plan.samples / 8, 1))))
    return (Edit("set_argument", "fit", "batch_size", str(size)),) if size > noise.batch_size else ()
