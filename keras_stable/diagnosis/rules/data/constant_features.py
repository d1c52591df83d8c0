"""KS103."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Input, Learning
from keras_stable.diagnosis.rule import Found, Threshold, rule

MANY = Threshold(0.5, "Borders of images and padding stay below; in a table every constant column is named.")
NEARLY_ALL = Threshold(0.99, "Padded one-hot text comes near; above, hardly anything tells the samples apart.")

ROWS = 10  # with fewer, a feature may well be constant by chance


@rule(
    "KS103",
    "constant-features",
    severity="advice",
    remedy="Drop them: `x = x[:, x.std(axis=0) > 0]`. Where all are constant, look at how the data is loaded.",
    explains=(
        "conflicting-labels",
        "identical-outputs",
        "feature-collapse",
        "dead-units",
        "zero-gradients",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    thresholds={"many": MANY, "nearly_all": NEARLY_ALL},
    own=True,
)
def constant_features(inputs: Sequence[Input], learning: Learning) -> Iterator[Found]:
    """Features that have the same value in every sample.

    ## What it does

    Counts the features of each input that never vary over the rows that were examined. Token ids for an
    `Embedding` are left alone. A few constant columns or pixels are advice. It is an error when every value
    of every input is constant, and a warning when nearly all are and the model does not learn.

    ## Why is this bad

    A feature that never varies tells nothing, and `keras.layers.Normalization` divides it by 1e-7: should it
    differ later by 0.001, the model sees 10,000. When all features are constant, the samples cannot be told
    apart, and a constant answer is the best there is; that is most often a slip in loading or scaling, such as
    a division of integers.

    ## Example

        images = images // 255  # whole numbers: everything below 255 becomes 0
        model.fit(images, labels)

    ## Use instead

        images = images / 255
        model.fit(images, labels)
    """
    measured = [data for data in inputs if data.features > 0 and data.samples >= ROWS]
    blind = len(measured) == len(inputs) and all(data.constant_features >= data.features for data in measured)
    for data in measured:
        share = data.constant_features / data.features
        table = len(data.shape) == 1
        if data.consumer == "Embedding" and not blind:
            continue
        if data.constant_features < 1 or (share < MANY.value and not table):
            continue
        harmful = learning.troubled and share >= NEARLY_ALL.value and len(inputs) == 1
        yield Found(
            where=data.name,
            message=f"{data.constant_features} of {data.features} features never vary over {data.samples} samples.",
            evidence={"constant_features": data.constant_features, "features": data.features, "share": share},
            threshold=NEARLY_ALL.value if harmful or blind else MANY.value,
            severity="error" if blind and not learning.healthy else "warning" if harmful else None,
            confidence=0.97 if blind else 0.7,
        )
