"""KS102."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Input, Learning, Probe
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.vocabulary import STANDARDIZED_INPUTS

HARMFUL = Threshold(50.0, "Raw pixels (near 100) and raw table columns lie above, scaled inputs far below.")
LARGE = Threshold(10.0, "Initial weights assume 1. Many models learn all the same, so it counts where one does not.")
JUMP = Threshold(
    5.0, "A first loss so many times that of guessing has to be unlearnt first: 0 to 255 pixels give 30, others 1."
)
SMALL = Threshold(0.1, "Below, the first layer's gradients are under a tenth of the others', and it hardly learns.")

ONES = 0.5  # a rare 1 among zeros, as in one-hot rows, has a small mean square and is well scaled
CONFIRMED = 0.2  # share of what is left to gain that standardizing the inputs alone gains
REFUTED = 0.02

NORMALIZE, RESCALE = "keras.layers.Normalization()", "keras.layers.Rescaling(1 / 255)"
PIXEL = 255.0


@rule(
    "KS102",
    "unscaled-inputs",
    remedy=f"Put `{NORMALIZE}` first and call its `adapt(x)`, or `{RESCALE.rpartition('.')[2]}` for images.",
    explains=(
        "exploding-gradients",
        "vanishing-gradients",
        "zero-gradients",
        "nonfinite-activations",
        "nonfinite-gradients",
        "nonfinite-loss",
        "ineffective-clipping",
        "dead-units",
        "saturated-activations",
        "identical-outputs",
        "feature-collapse",
        "unnormalized-features",
        "bad-initial-loss",
        "update-ratio",
        "learning-rate-too-high",
        "learning-rate-too-low",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "diverging-loss",
        "oscillating-loss",
        "loss-spike",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    thresholds={"jump": JUMP, "harmful": HARMFUL, "large": LARGE, "small": SMALL},
)
def unscaled_inputs(inputs: Sequence[Input], learning: Learning, probe: Probe | None = None) -> Iterator[Found]:
    """The values that enter the first learnt layer are far from unit scale.

    ## What it does

    Takes the root mean square of what enters the first layer with weights, after a `Rescaling` or the like.
    Token ids for an `Embedding`, and inputs that a normalization layer takes first, are left alone. When the
    model does not learn, a short training on standardized inputs tells whether their scale is the cause. It
    is advice where the model reaches a loss well below that of a constant answer.

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
    gain = math.nan if probe is None else probe.gain(STANDARDIZED_INPUTS)
    for data in inputs:
        size = math.hypot(data.entering_mean, data.entering_std)
        small = size < SMALL.value and not data.entering_max >= ONES
        if data.consumer in ("", "Embedding") or data.normalized_by or not math.isfinite(size):
            continue
        if not small and size <= LARGE.value:
            continue
        mild = size < HARMFUL.value
        jumped = not mild and learning.gained(learning.constant_loss, learning.first) < 1 - JUMP.value
        advice = (learning.has_learnt and not jumped) or (mild and not learning.troubled) or (mild and gain < REFUTED)
        yield Found(
            where=data.name,
            message=f"Values with a root mean square of {size:.3g} enter {data.consumer}, which expects about 1.",
            evidence={
                "root_mean_square": size,
                "maximum": data.entering_max,
                "largest_mean": data.feature_mean,
                "gain_when_standardized": gain,
            },
            threshold=SMALL.value if small else LARGE.value,
            severity="advice" if advice else "warning",
            confidence=0.95 if gain > CONFIRMED else 0.45 if gain < REFUTED else 0.6 if mild else 0.8,
            edits=(_edit(data, inputs),),
        )


def _edit(data: Input, inputs: Sequence[Input]) -> Edit:
    """Returns the edit that scales an input: pixels by what they can reach, anything else by what it is."""
    target = "model" if len(inputs) == 1 else f"input:{data.name}"
    pixels = len(data.shape) > 2 and data.minimum >= 0 and 1 < data.maximum <= PIXEL
    return Edit("insert_layer", target, value=RESCALE if pixels else NORMALIZE)
