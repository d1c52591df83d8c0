"""KS411."""

from collections.abc import Iterator

from keras_stable.diagnosis.facts import Features, Learning, Structure
from keras_stable.diagnosis.rule import Found, Severity, Threshold, rule
from keras_stable.diagnosis.rules._edits import relu
from keras_stable.diagnosis.rules.step._recurrence import recurrent_remedy

DISTANCE = Threshold(
    1e-3, "Share of a sample's size. Fresh relu and tanh stacks give 0.4 to 1, five sigmoid layers 6e-4."
)
SHRINKING = Threshold(0.05, "Against the distance of the inputs, which may be near each other to begin with.")
RANK = Threshold(1.5, "Directions. Fresh stacks of 20 layers keep 10 or more; trained ones one less than the classes.")
WIDTH = Threshold(4.0, "Narrower features have few directions anyway, which bottleneck is about.")


@rule(
    "KS411",
    "feature-collapse",
    remedy='Give the hidden layers `activation="relu"` and `kernel_initializer="he_normal"`, put '
    "`BatchNormalization()` between them, and check that no unit is dead or saturated.",
    explains=(
        "identical-outputs",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    thresholds={"distance": DISTANCE, "shrinking": SHRINKING, "rank": RANK, "width": WIDTH},
    own=True,
)
def feature_collapse(features: Features, learning: Learning, structure: Structure | None = None) -> Iterator[Found]:
    """The features of different samples are nearly the same, or vary along one line only.

    ## What it does

    Takes the features of many samples just before the last learnt layer: the median distance of two samples,
    and in how many directions they vary (the exponential of the entropy of the singular values). It compares
    with the distance of the inputs, and asks for more than one direction only if there are more than two classes.

    ## Why is this bad

    What is the same in the features cannot be told apart by the readout: three or more classes do not fit on a
    line, and none on a point.

    ## Example

        model = keras.Sequential([keras.layers.Dense(64, activation="sigmoid") for _ in range(8)])

    ## Use instead

        model = keras.Sequential([keras.layers.Dense(64, activation="relu") for _ in range(8)])

    ## References

    Roy and Vetterli (2007), The effective rank: a measure of effective dimensionality.
    """
    near = features.distance < DISTANCE.value and features.distance < SHRINKING.value * features.distance_to_input
    flat = features.effective_rank < RANK.value and features.classes > 2 and features.width >= WIDTH.value
    if not near and not flat:
        return
    yield Found(
        where=features.layer,
        message=f"The distance of two samples' features is {features.distance:.2g} of their size"
        f" ({features.distance_to_input:.2g} for the inputs)"
        if near
        else f"The {features.width} features that enter the readout vary in {features.effective_rank:.2g} directions, "
        f"for {features.classes} classes.",
        evidence={
            "distance": features.distance,
            "distance_of_inputs": features.distance_to_input,
            "effective_rank": features.effective_rank,
            "classes": features.classes,
            "constant_features": features.constant,
        },
        threshold=DISTANCE.value if near else RANK.value,
        remedy=recurrent_remedy(structure),
        severity=_severity(learning),
        confidence=0.5,
        edits=relu(structure, [features.layer]) if recurrent_remedy(structure) is None else (),
    )


def _severity(learning: Learning) -> Severity:
    return "warning" if learning.troubled else "advice"
