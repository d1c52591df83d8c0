"""KS102."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Input, Learning, Probe
from keras_stable.diagnosis.rule import Found, Threshold, rule

HARMFUL = Threshold(50.0, "Raw pixels (near 100) and raw table columns lie above, scaled inputs far below.")
LARGE = Threshold(10.0, "Initial weights assume 1. Many models learn all the same, so it counts where one does not.")
SMALL = Threshold(0.1, "Below, the first layer's gradients are under a tenth of the others', and it hardly learns.")

CONFIRMED = 0.2  # share of the loss that standardizing the inputs alone takes away


@rule(
    "KS102",
    "unscaled-inputs",
    remedy="Put `keras.layers.Normalization()` first and call its `adapt(x)`, or `Rescaling(1 / 255)` for images.",
    explains=(
        "exploding-gradients",
        "vanishing-gradients",
        "dead-units",
        "saturated-activations",
        "unnormalized-features",
        "bad-initial-loss",
        "update-ratio",
        "learning-rate-too-high",
        "prediction-collapse",
        "loss-not-decreasing",
        "diverging-loss",
        "oscillating-loss",
        "slow-convergence",
        "cannot-overfit-batch",
    ),
    thresholds={"harmful": HARMFUL, "large": LARGE, "small": SMALL},
)
def unscaled_inputs(inputs: Sequence[Input], learning: Learning, probe: Probe | None = None) -> Iterator[Found]:
    """The values that enter the first learnt layer are far from unit scale.

    ## What it does

    Takes the root mean square of what enters the first layer with weights, after a `Rescaling` or the like.
    Token ids for an `Embedding`, and inputs that a normalization layer takes first, are left alone. When the
    model does not learn, a short training on standardized inputs tells whether their scale is the cause.

    ## Why is this bad

    Glorot's and He's initial weights keep the variance of activations and gradients only for inputs near unit
    scale. Inputs of 0 to 255 give logits and gradients a hundred times too large, and one large step then
    kills relu units or saturates sigmoids for good.

    ## Example

        model = keras.Sequential([keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10)])
        model.fit(images, labels)  # pixels from 0 to 255

    ## Use instead

        scale = keras.layers.Normalization()
        scale.adapt(images)
        model = keras.Sequential([scale, keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10)])

    ## References

    LeCun, Bottou, Orr and Mueller (1998), Efficient BackProp, section 4.3.
    """
    gain = math.nan if probe is None else probe.gain("standardized_inputs")
    for each in inputs:
        size = math.hypot(each.entering_mean, each.entering_std)
        if each.consumer in ("", "Embedding") or each.normalized_by or not math.isfinite(size):
            continue
        if SMALL.value <= size <= LARGE.value:
            continue
        threshold = SMALL.value if size < SMALL.value else LARGE.value
        mild = size < SMALL.value or size < HARMFUL.value
        confirmed = gain > CONFIRMED
        yield Found(
            where=each.name,
            message=f"Values with a root mean square of {size:.3g} enter {each.consumer}, which expects about 1.",
            evidence={"root_mean_square": size, "maximum": each.entering_max, "gain_when_standardized": gain},
            threshold=threshold,
            severity="advice" if mild and learning.healthy else "warning",
            confidence=0.95 if confirmed else 0.8,
        )
