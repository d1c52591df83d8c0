"""KS410."""

import math
from collections.abc import Iterator

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Features, Learning
from keras_stable.diagnosis.rule import Found, Severity, Threshold, rule

LARGE = Threshold(100.0, "On scaled inputs, fresh networks stay below 2 and trained ones below 60.")
UNEVEN = Threshold(10.0, "Largest over median deviation. On scaled inputs, fresh and trained networks stay below 7.")
SPREAD = Threshold(1.0, "The largest deviation must pass it too: uneven but small features do no harm.")

_NORMALIZING = "keras.layers.LayerNormalization()"
_NORMALIZED = (
    "{source} normalizes these features already: look at its `gamma`, or whether its moving statistics are those of "
    "this data."
)


@rule(
    "KS410",
    "unnormalized-features",
    remedy=f"Put `{_NORMALIZING}` after the encoder, or a `FeatureNormalization()` of "
    "`keras_stable.layers` before the readout; `keras_stable.models.classifier(...)` does both.",
    explains=(
        "exploding-gradients",
        "saturated-activations",
        "feature-collapse",
        "bad-initial-loss",
        "update-ratio",
        "noisy-gradient",
        "prediction-collapse",
        "never-predicted-class",
        "diverging-loss",
        "oscillating-loss",
        "loss-spike",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
    ),
    thresholds={"large": LARGE, "uneven": UNEVEN, "spread": SPREAD},
    own=True,
)
def unnormalized_features(features: Features, learning: Learning) -> Iterator[Found]:
    """The features are too large, or too uneven, when they enter the readout.

    ## What it does

    Takes the features of many samples just before the last learnt layer: their largest absolute value, and the
    standard deviation of the widest feature over that of the median one. Where the model learns it is advice.

    ## Why is this bad

    The readout's gradient is proportional to its features. Large ones make its logits and steps as large; if a
    few features are much wider than the rest, the readout trains on these alone.

    ## Example

        features = encoder(images)  # values up to 5,000
        outputs = keras.layers.Dense(50)(features)

    ## Use instead

        features = keras.layers.LayerNormalization()(encoder(images))
        outputs = keras.layers.Dense(50)(features)

    ## References

    Ba, Kiros and Hinton (2016), Layer Normalization.
    """
    _, middle, widest = features.std
    ratio = widest / middle if middle > 0 else math.nan
    large = features.maximum > LARGE.value
    uneven = ratio > UNEVEN.value and widest > SPREAD.value
    if not large and not uneven:
        return
    said = [f"reach {features.maximum:.3g} in size"] if large else []
    said += [f"vary up to {ratio:.3g} times more than the median feature"] if uneven else []
    yield Found(
        where=features.layer,
        message=f"The {features.width} features that enter the readout {' and '.join(said)}.",
        evidence={"maximum": features.maximum, "widest_over_median": ratio, "widest": widest},
        threshold=LARGE.value if large else UNEVEN.value,
        remedy=_NORMALIZED.format(source=features.source) if features.normalized else None,
        severity=_severity(large, learning),
        confidence=0.75 if large else 0.5,
        edits=() if features.normalized else (Edit("insert_layer", f"layer:{features.layer}", value=_NORMALIZING),),
    )


def _severity(large: bool, learning: Learning) -> Severity:
    if learning.healthy:
        return "advice"
    return "warning" if large or learning.state in ("stuck", "diverging") else "advice"
