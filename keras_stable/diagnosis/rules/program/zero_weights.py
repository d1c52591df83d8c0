"""KS707."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Contrast, Labels, Learning, Output, Weights
from keras_stable.diagnosis.rule import Found, rule
from keras_stable.diagnosis.rules.data._tasks import classifies, paired
from keras_stable.diagnosis.rules.program._weight_faults import (
    ABSURD,
    BALANCED,
    COUNTING,
    INVERTED,
    LARGE,
    RARE,
    TWICE,
    UNEVEN,
    WORSE,
    of_output,
    twice,
)

_EXPLAINED = (
    "suspicious-labels",
    "prediction-collapse",
    "never-predicted-class",
    "identical-outputs",
    "class-imbalance",
    "loss-not-decreasing",
    "slow-convergence",
    "cannot-overfit-batch",
    "feature-collapse",
    "zero-gradients",
    "bad-initial-loss",
    "learning-rate-too-low",
    "learning-rate-too-high",
    "input-independent-loss",
    "overfitting",
    "update-ratio",
    "diverging-loss",
    "nonfinite-loss",
    "nonfinite-gradients",
    "nonfinite-activations",
    "exploding-gradients",
)


@rule(
    "KS707",
    "zero-weights",
    remedy=f"Weigh the classes by how rare they are: `model.fit(..., {BALANCED})`.",
    explains=_EXPLAINED,
    thresholds={"uneven": UNEVEN, "worse": WORSE, "inverted": INVERTED, "counting": COUNTING}
    | {"large": LARGE, "absurd": ABSURD, "twice": TWICE, "rare": RARE},
    own=True,
)
def zero_weights(
    weights: Weights,
    outputs: Sequence[Output],
    labels: Sequence[Labels],
    learning: Learning | None = None,
    contrast: Contrast | None = None,
) -> Iterator[Found]:
    """Weights that silence a class, balance nothing or twice, are no weights, or are not used at all.

    ## What it does

    Sums up the weights of all samples of each class, as `fit` makes them of `class_weight` or takes them as
    `sample_weight`. It reports a class that weighs nothing, weights below 0, weights that make the classes more
    uneven than they are, keys of `class_weight` that are no class, and weights that `fit` refuses. Weights of a mean
    far above 1 multiply the loss: the third element of a dataset may be an id or a time, and `fit` takes it for a
    weight. Weights that favour a class that was made more frequent already, as validation tells, do it twice. Of a
    training step of your own it takes a step on a copy with other weights, and tells where that changes nothing.

    ## Why is this bad

    What has a weight of 0 is not in the data at all: a model that never hears of the negatives answers "positive" to
    everything, at a small loss.

    ## Example

        model.fit(x, y, sample_weight=9 * y)  # the samples of class 0 weigh nothing

    ## Use instead

        model.fit(x, y, sample_weight=1 + 8 * y)
    """
    if weights.error:
        yield Found(
            "fit",
            f"`fit` fails on account of `class_weight`. {weights.error}: each row must have one class.",
            {},
            None,
            "Give every position its weight: `sample_weight=np.take(weights, y)`, where `y` holds the class of each.",
            "error",
            0.95,
        )
        return
    if weights.dropped:
        yield Found(
            "fit",
            f"`{weights.source}` has no effect: the training step does the same with other weights.",
            {"samples": weights.outputs[0].samples},
            None,
            "Unpack them, `x, y, sample_weight = data`, and hand them on: "
            "`self.compute_loss(x, y, y_pred, sample_weight)`.",
            confidence=0.9,
        )
    by_name = {output.name: classifies(output, label) for output, label in paired(outputs, labels)}
    for counted in weights.outputs:
        classes = by_name.get(counted.output, False)
        hit = of_output(counted, weights.source, classes, learning is not None and learning.troubled)
        if hit is None and classes and contrast is not None:
            hit = twice(counted, weights.source, contrast)
        if hit is not None:
            yield hit
